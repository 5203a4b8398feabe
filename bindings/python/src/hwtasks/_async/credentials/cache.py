"""Credentials kept until shortly before they expire."""

from __future__ import annotations

import logging
from datetime import datetime, timedelta
from functools import partial
from typing import NamedTuple

from hwtasks._async.single_flight import AsyncSingleFlight
from hwtasks._backends import async_ as backend
from hwtasks._core.clock import Clock, SystemClock
from hwtasks._core.errors import CredentialsError, duplicate
from hwtasks._credentials.types import AsyncCredentialsProvider, CachesCredentials, Credentials

_EARLY = 15 * 60.0
"""How many seconds before they expire credentials are renewed, unless told otherwise."""
_AGAIN = timedelta(minutes=1)
"""How long after a failed early renewal the next one is tried."""
_PATIENCE = 5.0
"""How many seconds an early renewal may take."""
_LOG = logging.getLogger("hwtasks")


class _Kept(NamedTuple):
    """What is kept, replaced as one: threads look at it at any time."""

    credentials: Credentials
    renew_at: datetime | None

    def is_valid(self, now: datetime) -> bool:
        expiry = self.credentials.expires_at
        return expiry is None or now < expiry


class _Failed(NamedTuple):
    """A failure that asking again would not mend, and until when it is held."""

    error: CredentialsError
    until: float


class AsyncCachedProvider(CachesCredentials, AsyncCredentialsProvider):
    """Keeps what another provider gives, and asks it again shortly before that expires.

    One renewal runs at a time: while credentials are still valid the others go on using them, and
    once they are not the others wait for it. A renewal that fails early, or takes longer than 5
    seconds, costs no call: the credentials that are still valid stay in use, and it is tried again a
    minute later.

    `refresh_before_expiry` is how many seconds before they expire credentials are renewed; 15 minutes by
    default. Credentials that live for less than twice as long are renewed in the middle of their
    life.
    """

    def __init__(
        self,
        inner: backend.Provider,
        *,
        refresh_before_expiry: float = _EARLY,
        clock: Clock | None = None,
    ) -> None:
        self._inner = inner
        self._early = timedelta(seconds=refresh_before_expiry)
        self._clock = clock or SystemClock()
        self._kept: _Kept | None = None
        self._failed: _Failed | None = None
        self._single_flight = AsyncSingleFlight[Credentials]()

    @property
    def name(self) -> str:
        """The name of the provider whose credentials are kept."""
        return self._inner.name

    async def provide(self) -> Credentials:
        """Return what is kept, or fetch it."""
        now = self._clock.now()
        kept, failed = self._kept, self._failed
        if kept is not None and (kept.renew_at is None or now < kept.renew_at):
            return kept.credentials
        if failed is not None and self._clock.elapsed() >= failed.until:
            failed = None
        if kept is not None and kept.is_valid(now):
            if failed is not None or self._single_flight.is_busy:
                return kept.credentials
            # Before it begins: whoever asks may leave before it ends.
            self._kept = kept._replace(renew_at=now + _AGAIN)
            return await self._single_flight.run(partial(self._renew, early=True))
        if failed is not None:
            raise duplicate(failed.error)
        return await self._single_flight.run(partial(self._renew, early=False))

    def invalidate(self, rejected: Credentials) -> None:
        """Forget these credentials, but not what has been fetched since."""
        kept = self._kept
        if kept is not None and kept.credentials._is_same(rejected):
            self._kept = None
        self._inner.invalidate(rejected)

    def _cached(self, *, allow_stale: bool) -> Credentials | None:
        now = self._clock.now()
        kept = self._kept
        if kept is None:
            return None
        if allow_stale:
            return kept.credentials if kept.is_valid(now) else None
        return kept.credentials if kept.renew_at is None or now < kept.renew_at else None

    async def _renew(self, *, early: bool) -> Credentials:
        try:
            credentials = await self._asked(early=early)
            now = self._clock.now()
            expiry = credentials.expires_at
            if expiry is not None and expiry <= now:
                raise CredentialsError.invalid_configuration(
                    f"its credentials expired at {expiry:%Y-%m-%dT%H:%M:%SZ}, and this machine's clock "
                    f"says {now:%Y-%m-%dT%H:%M:%SZ}: check the clock"
                )
        except CredentialsError as error:
            return self._after(error)
        self._failed = None
        renew_at = expiry and expiry - min(self._early, (expiry - now) / 2)
        self._kept = _Kept(credentials, renew_at)
        return credentials

    async def _asked(self, *, early: bool) -> Credentials:
        if not early:
            return await backend.provided(self._inner)
        asked = backend.begin(partial(backend.provided, self._inner))
        try:
            if await backend.is_done_within(asked, _PATIENCE):
                return asked.result()
        finally:
            asked.cancel()
        raise CredentialsError._timed_out(_PATIENCE)

    def _after(self, error: CredentialsError) -> Credentials:
        self._failed = None
        if error._retry_delay is not None:
            self._failed = _Failed(duplicate(error), self._clock.elapsed() + error._retry_delay)
        kept = self._kept
        if kept is None or not kept.is_valid(self._clock.now()):
            raise error
        _LOG.warning(
            "%s: credentials were not renewed, and are used while they last: %s", self.name, error
        )
        return kept.credentials
