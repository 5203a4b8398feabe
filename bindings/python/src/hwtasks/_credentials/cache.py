"""Caches credentials until shortly before they expire."""

from __future__ import annotations

import logging
from datetime import datetime, timedelta
from functools import partial
from typing import NamedTuple

from hwtasks._backends import async_, sync
from hwtasks._client.single_flight import AsyncSingleFlight, SingleFlight
from hwtasks._core.clock import Clock, SystemClock
from hwtasks._core.errors import CredentialsError, duplicate
from hwtasks._credentials.types import (
    AsyncCredentialsProvider,
    CachesCredentials,
    Credentials,
    CredentialsProvider,
)

_REFRESH_BEFORE_EXPIRY = 15 * 60.0
"""The default of `refresh_before_expiry`, in seconds."""
_REFRESH_RETRY_DELAY = timedelta(minutes=1)
"""The delay between a failed early refresh and the next one."""
_EARLY_REFRESH_TIMEOUT = 5.0
"""The time limit for an early refresh, in seconds."""
_LOG = logging.getLogger("hwtasks")


class _Cached(NamedTuple):
    """Cached credentials, replaced as one object because threads read them at any time."""

    credentials: Credentials
    refresh_at: datetime | None

    def is_valid(self, now: datetime) -> bool:
        expiry = self.credentials.expires_at
        return expiry is None or now < expiry


class _Failed(NamedTuple):
    """A failure that another request would repeat, and until when to raise it."""

    error: CredentialsError
    until: float


class AsyncCachedProvider(CachesCredentials, AsyncCredentialsProvider):
    """Caches the credentials of another provider, and refreshes them shortly before they expire.

    One refresh runs at a time. Concurrent calls use the current credentials while these are valid,
    and wait for the refresh otherwise. An early refresh that fails, or takes longer than 5 seconds,
    does not fail the call: the current credentials stay in use, and the refresh is retried a minute
    later.

    `refresh_before_expiry` is in seconds; 15 minutes by default. Credentials that live for less than
    twice as long are refreshed in the middle of their life.
    """

    def __init__(
        self,
        inner: async_.Provider,
        *,
        refresh_before_expiry: float = _REFRESH_BEFORE_EXPIRY,
        clock: Clock | None = None,
    ) -> None:
        self._inner = inner
        self._refresh_before = timedelta(seconds=refresh_before_expiry)
        self._clock = clock or SystemClock()
        self._current: _Cached | None = None
        self._failed: _Failed | None = None
        self._single_flight = AsyncSingleFlight[Credentials]()

    @property
    def name(self) -> str:
        """The name of the inner provider."""
        return self._inner.name

    async def provide(self) -> Credentials:
        """Return the cached credentials, or fetch new ones."""
        now = self._clock.now()
        current, failed = self._current, self._failed
        if current is not None and (current.refresh_at is None or now < current.refresh_at):
            return current.credentials
        if failed is not None and self._clock.elapsed() >= failed.until:
            failed = None
        if current is not None and current.is_valid(now):
            if failed is not None or self._single_flight.is_busy:
                return current.credentials
            # Before the refresh begins, because its caller may be cancelled.
            self._current = current._replace(refresh_at=now + _REFRESH_RETRY_DELAY)
            return await self._single_flight.run(partial(self._refresh, early=True))
        if failed is not None:
            raise duplicate(failed.error)
        return await self._single_flight.run(partial(self._refresh, early=False))

    def invalidate(self, rejected: Credentials) -> None:
        """Drop these credentials, but not those fetched since."""
        current = self._current
        if current is not None and current.credentials._is_same(rejected):
            self._current = None
        self._inner.invalidate(rejected)

    def _cached(self, *, allow_stale: bool) -> Credentials | None:
        now = self._clock.now()
        current = self._current
        if current is None:
            return None
        if allow_stale:
            return current.credentials if current.is_valid(now) else None
        return (
            current.credentials if current.refresh_at is None or now < current.refresh_at else None
        )

    async def _refresh(self, *, early: bool) -> Credentials:
        try:
            credentials = await self._fetch(early=early)
            now = self._clock.now()
            expiry = credentials.expires_at
            if expiry is not None and expiry <= now:
                raise CredentialsError.invalid_configuration(
                    f"its credentials expired at {expiry:%Y-%m-%dT%H:%M:%SZ}, and this machine's clock "
                    f"says {now:%Y-%m-%dT%H:%M:%SZ}: check the clock"
                )
        except CredentialsError as error:
            return self._fall_back(error)
        self._failed = None
        refresh_at = expiry and expiry - min(self._refresh_before, (expiry - now) / 2)
        self._current = _Cached(credentials, refresh_at)
        return credentials

    async def _fetch(self, *, early: bool) -> Credentials:
        if not early:
            return await async_.provided(self._inner)
        task = async_.begin(partial(async_.provided, self._inner))
        try:
            if await async_.is_done_within(task, _EARLY_REFRESH_TIMEOUT):
                return task.result()
        finally:
            task.cancel()
        raise CredentialsError._timed_out(_EARLY_REFRESH_TIMEOUT)

    def _fall_back(self, error: CredentialsError) -> Credentials:
        self._failed = None
        if error._retry_delay is not None:
            self._failed = _Failed(duplicate(error), self._clock.elapsed() + error._retry_delay)
        current = self._current
        if current is None or not current.is_valid(self._clock.now()):
            raise error
        _LOG.warning(
            "%s: credentials were not refreshed, and are used until they expire: %s",
            self.name,
            error,
        )
        return current.credentials


# --- Generated by `cargo xtask gen python` from the definitions above; do not edit. ---
# fmt: off


class CachedProvider(CachesCredentials, CredentialsProvider):
    """Caches the credentials of another provider, and refreshes them shortly before they expire.

    One refresh runs at a time. Concurrent calls use the current credentials while these are valid,
    and wait for the refresh otherwise. An early refresh that fails, or takes longer than 5 seconds,
    does not fail the call: the current credentials stay in use, and the refresh is retried a minute
    later.

    `refresh_before_expiry` is in seconds; 15 minutes by default. Credentials that live for less than
    twice as long are refreshed in the middle of their life.
    """

    def __init__(
        self,
        inner: sync.Provider,
        *,
        refresh_before_expiry: float = _REFRESH_BEFORE_EXPIRY,
        clock: Clock | None = None,
    ) -> None:
        self._inner = inner
        self._refresh_before = timedelta(seconds=refresh_before_expiry)
        self._clock = clock or SystemClock()
        self._current: _Cached | None = None
        self._failed: _Failed | None = None
        self._single_flight = SingleFlight[Credentials]()

    @property
    def name(self) -> str:
        """The name of the inner provider."""
        return self._inner.name

    def provide(self) -> Credentials:
        """Return the cached credentials, or fetch new ones."""
        now = self._clock.now()
        current, failed = self._current, self._failed
        if current is not None and (current.refresh_at is None or now < current.refresh_at):
            return current.credentials
        if failed is not None and self._clock.elapsed() >= failed.until:
            failed = None
        if current is not None and current.is_valid(now):
            if failed is not None or self._single_flight.is_busy:
                return current.credentials
            # Before the refresh begins, because its caller may be cancelled.
            self._current = current._replace(refresh_at=now + _REFRESH_RETRY_DELAY)
            return self._single_flight.run(partial(self._refresh, early=True))
        if failed is not None:
            raise duplicate(failed.error)
        return self._single_flight.run(partial(self._refresh, early=False))

    def invalidate(self, rejected: Credentials) -> None:
        """Drop these credentials, but not those fetched since."""
        current = self._current
        if current is not None and current.credentials._is_same(rejected):
            self._current = None
        self._inner.invalidate(rejected)

    def _cached(self, *, allow_stale: bool) -> Credentials | None:
        now = self._clock.now()
        current = self._current
        if current is None:
            return None
        if allow_stale:
            return current.credentials if current.is_valid(now) else None
        return (
            current.credentials if current.refresh_at is None or now < current.refresh_at else None
        )

    def _refresh(self, *, early: bool) -> Credentials:
        try:
            credentials = self._fetch(early=early)
            now = self._clock.now()
            expiry = credentials.expires_at
            if expiry is not None and expiry <= now:
                raise CredentialsError.invalid_configuration(
                    f"its credentials expired at {expiry:%Y-%m-%dT%H:%M:%SZ}, and this machine's clock "
                    f"says {now:%Y-%m-%dT%H:%M:%SZ}: check the clock"
                )
        except CredentialsError as error:
            return self._fall_back(error)
        self._failed = None
        refresh_at = expiry and expiry - min(self._refresh_before, (expiry - now) / 2)
        self._current = _Cached(credentials, refresh_at)
        return credentials

    def _fetch(self, *, early: bool) -> Credentials:
        if not early:
            return sync.provided(self._inner)
        task = sync.begin(partial(sync.provided, self._inner))
        try:
            if sync.is_done_within(task, _EARLY_REFRESH_TIMEOUT):
                return task.result()
        finally:
            task.cancel()
        raise CredentialsError._timed_out(_EARLY_REFRESH_TIMEOUT)

    def _fall_back(self, error: CredentialsError) -> Credentials:
        self._failed = None
        if error._retry_delay is not None:
            self._failed = _Failed(duplicate(error), self._clock.elapsed() + error._retry_delay)
        current = self._current
        if current is None or not current.is_valid(self._clock.now()):
            raise error
        _LOG.warning(
            "%s: credentials were not refreshed, and are used until they expire: %s",
            self.name,
            error,
        )
        return current.credentials
