"""One provider after the other, until one has credentials."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hwtasks._async.credentials.metadata import AsyncMetadataProvider
from hwtasks._backends import async_ as backend
from hwtasks._config.environment import Environment
from hwtasks._core.errors import CredentialsError
from hwtasks._credentials.profile import EnvironmentProvider, ProfileProvider
from hwtasks._credentials.types import (
    AsyncCredentialsProvider,
    CachesCredentials,
    Credentials,
    cached_credentials,
)

if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Self

    from hwtasks._core.clock import Clock


class AsyncProviderChain(CachesCredentials, AsyncCredentialsProvider):
    """Asks one provider after the other, and stays with the first that has credentials.

    A provider that holds none is passed over. One that should hold some and cannot give them ends the
    chain: other credentials than those somebody has set up would be used in silence. The error names
    every provider that was asked, and why it gave nothing.
    """

    def __init__(self, *providers: backend.Provider) -> None:
        self._providers = providers
        self._gave: backend.Provider | None = None

    @classmethod
    def official(
        cls, environ: Mapping[str, str] | None = None, *, clock: Clock | None = None
    ) -> Self:
        """Return the chain of the official SDKs.

        Environment, profile file, metadata service, which `HWTASKS_METADATA_ENDPOINT` may move
        elsewhere.
        """
        return cls(
            EnvironmentProvider(environ),
            ProfileProvider(environ),
            AsyncMetadataProvider(
                # One that is not Unicode is no URL either, and is refused as such when it is used.
                base_url=Environment(environ).path("HWTASKS_METADATA_ENDPOINT"),
                clock=clock,
            ),
        )

    @property
    def name(self) -> str:
        """Names the provider in errors."""
        return "chain of providers"

    async def provide(self) -> Credentials:
        """Return the credentials of the first provider that has any."""
        gave = self._gave
        if gave is not None:
            try:
                return (await backend.provided(gave)).with_provider_name(gave.name)
            except CredentialsError as error:
                if not error.is_not_configured:
                    raise _stopped([], gave.name, error, others=False) from error.__cause__
                self._gave = None
        passed: list[str] = []
        for provider in self._providers:
            try:
                credentials = await backend.provided(provider)
            except CredentialsError as error:
                if not error.is_not_configured:
                    others = provider is not self._providers[-1]
                    stopped = _stopped(passed, provider.name, error, others=others)
                    raise stopped from error.__cause__
                passed.append(f"{provider.name}: {error}")
            else:
                self._gave = provider
                return credentials.with_provider_name(provider.name)
        why = "; ".join(passed) or "the chain of providers is empty"
        raise CredentialsError.not_configured(why)._naming_providers()

    def invalidate(self, rejected: Credentials) -> None:
        """Let every provider forget these credentials."""
        for provider in self._providers:
            provider.invalidate(rejected)

    def _cached(self, *, allow_stale: bool) -> Credentials | None:
        gave = self._gave
        if gave is None:
            return None
        try:
            credentials = cached_credentials(gave, allow_stale=allow_stale)
        except CredentialsError:
            return None
        return None if credentials is None else credentials.with_provider_name(gave.name)


def _stopped(
    passed: list[str], provider: str, error: CredentialsError, *, others: bool
) -> CredentialsError:
    """Return the error of a chain that a broken provider has ended."""
    rest = ["the providers after it were not asked"] if others else []
    tried = [*passed, f"{provider}: {error}", *rest]
    return (
        CredentialsError.invalid_configuration("; ".join(tried))
        ._naming_providers()
        ._caused_as(error)
    )
