"""Credentials kept until shortly before they expire."""

from __future__ import annotations

import logging
from datetime import datetime, timedelta

from hwtasks import _aio as _io
from hwtasks._async.flight import AsyncFlight
from hwtasks._clock import SystemTimeSource, TimeSource
from hwtasks._credentials import AsyncProvideCredentials, Credentials, CredentialsError

_EARLY = 15 * 60.0
"""How many seconds before they expire credentials are renewed, unless told otherwise."""
_AGAIN = timedelta(minutes=1)
"""How long after a failed early renewal the next one is tried."""
_LOG = logging.getLogger("hwtasks")


class AsyncCachedProvider(AsyncProvideCredentials):
    """Keeps what another provider gives, and asks it again shortly before that expires.

    One renewal runs at a time: while credentials are still valid the others go on using them, and
    once they are not the others wait for it. A renewal that fails early costs nothing: the
    credentials that are still valid stay in use, and it is tried again a minute later.

    `renewed_before` is how many seconds before they expire credentials are renewed; 15 minutes by
    default. Credentials that live for less than twice as long are renewed in the middle of their
    life.
    """

    def __init__(
        self,
        inner: _io.Provider,
        *,
        renewed_before: float = _EARLY,
        time_source: TimeSource | None = None,
    ) -> None:
        self._inner = inner
        self._early = timedelta(seconds=renewed_before)
        self._time = time_source or SystemTimeSource()
        self._kept: Credentials | None = None
        self._renew_at: datetime | None = None
        self._failed: CredentialsError | None = None
        self._failed_until = 0.0
        self._flight = AsyncFlight[Credentials]()

    @property
    def name(self) -> str:
        """The name of the provider whose credentials are kept."""
        return self._inner.name

    async def provide(self) -> Credentials:
        """Return what is kept, or fetch it."""
        now = self._time.now()
        kept, renew_at = self._kept, self._renew_at
        if kept is not None and (renew_at is None or now < renew_at):
            return kept
        failed = self._failed if self._time.elapsed() < self._failed_until else None
        if kept is not None and _is_valid(kept, now):
            if failed is not None or self._flight.is_busy:
                return kept
        elif failed is not None:
            raise failed
        return await self._flight.run(self._renew)

    def forget(self, refused: Credentials) -> None:
        """Forget these credentials, but not what has been fetched since."""
        if self._kept is not None and self._kept._is_same(refused):
            self._kept = None
        self._inner.forget(refused)

    async def _renew(self) -> Credentials:
        try:
            credentials = await _io.provided(self._inner)
            now = self._time.now()
            expiry = credentials.expires_at
            if expiry is not None and expiry <= now:
                raise CredentialsError.broken(
                    f"its credentials expired at {expiry:%Y-%m-%dT%H:%M:%SZ}, and this machine's clock "
                    f"says {now:%Y-%m-%dT%H:%M:%SZ}: check the clock"
                )
        except CredentialsError as error:
            return self._after(error)
        self._failed = None
        self._renew_at = expiry and expiry - min(self._early, (expiry - now) / 2)
        self._kept = credentials
        return credentials

    def _after(self, error: CredentialsError) -> Credentials:
        self._failed = error if error._hold is not None else None
        self._failed_until = self._time.elapsed() + (error._hold or 0.0)
        now = self._time.now()
        if self._kept is None or not _is_valid(self._kept, now):
            raise error
        _LOG.warning(
            "%s: credentials were not renewed, and are used while they last: %s", self.name, error
        )
        self._renew_at = now + _AGAIN
        return self._kept


def _is_valid(credentials: Credentials, now: datetime) -> bool:
    return credentials.expires_at is None or now < credentials.expires_at
