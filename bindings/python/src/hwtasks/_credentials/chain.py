"""A chain of credentials providers."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Self

from hwtasks._backends import async_, sync
from hwtasks._config.environment import Environment
from hwtasks._core.clock import Clock
from hwtasks._core.errors import CredentialsError, duplicate
from hwtasks._credentials.metadata import AsyncMetadataProvider, MetadataProvider
from hwtasks._credentials.profile import EnvironmentProvider, ProfileFile, ProfileProvider
from hwtasks._credentials.types import (
    AsyncCredentialsProvider,
    CachesCredentials,
    Credentials,
    CredentialsProvider,
    cached_credentials,
)

_NAME = "HWTASKS_METADATA_DISABLED"


class AsyncProviderChain(CachesCredentials, AsyncCredentialsProvider):
    """Tries providers in order, and keeps the first one with credentials.

    A provider that is not configured is skipped. A configured provider that fails ends the chain, so
    that the client does not silently use other credentials. The error names every provider that was
    tried, with its reason.
    """

    def __init__(self, *providers: async_.Provider) -> None:
        self._providers = providers
        self._selected: async_.Provider | None = None

    @classmethod
    def official(
        cls, environ: Mapping[str, str] | None = None, *, clock: Clock | None = None
    ) -> Self:
        """Return the chain of the official SDKs.

        Environment, profile file, metadata service. `HWTASKS_METADATA_ENDPOINT` overrides the endpoint
        of the last, and `HWTASKS_METADATA_DISABLED=1` turns it off. `environ` replaces the variables of
        the process.
        """
        return cls._official(environ, clock)

    @classmethod
    def _official(
        cls,
        environ: Mapping[str, str] | None,
        clock: Clock | None,
        file: ProfileFile | None = None,
    ) -> Self:
        """Return the chain, with the credentials file if that has been read for its region."""
        environment = Environment(environ)
        disabled = metadata_disabled(environment)
        metadata: async_.Provider
        if disabled is not None:
            metadata = DisabledProvider("metadata service", disabled)
        else:
            # A value that is not Unicode is refused as a URL when it is used.
            base_url = environment.path("HWTASKS_METADATA_ENDPOINT")
            metadata = AsyncMetadataProvider(base_url=base_url, clock=clock)
        return cls(
            EnvironmentProvider(environ), ProfileProvider._with_first_read(environ, file), metadata
        )

    @property
    def name(self) -> str:
        """The name of the provider in errors."""
        return "provider chain"

    async def provide(self) -> Credentials:
        """Return the credentials of the first provider that has any."""
        selected = self._selected
        if selected is not None:
            try:
                return (await async_.provided(selected)).with_provider_name(selected.name)
            except CredentialsError as error:
                if not error.is_not_configured:
                    raise _stopped([], selected.name, error, others=False) from error.__cause__
                self._selected = None
        skipped: list[str] = []
        for provider in self._providers:
            try:
                credentials = await async_.provided(provider)
            except CredentialsError as error:
                if not error.is_not_configured:
                    others = provider is not self._providers[-1]
                    stopped = _stopped(skipped, provider.name, error, others=others)
                    raise stopped from error.__cause__
                skipped.append(f"{provider.name}: {error}")
            else:
                self._selected = provider
                return credentials.with_provider_name(provider.name)
        why = "; ".join(skipped) or "the provider chain is empty"
        raise CredentialsError.not_configured(why)._naming_providers()

    def invalidate(self, rejected: Credentials) -> None:
        """Drop these credentials in every provider."""
        for provider in self._providers:
            provider.invalidate(rejected)

    def _cached(self, *, allow_stale: bool) -> Credentials | None:
        selected = self._selected
        if selected is None:
            return None
        try:
            credentials = cached_credentials(selected, allow_stale=allow_stale)
        except CredentialsError:
            return None
        return None if credentials is None else credentials.with_provider_name(selected.name)


def _stopped(
    skipped: list[str], provider: str, error: CredentialsError, *, others: bool
) -> CredentialsError:
    """Return the error of a chain that a failed provider has ended."""
    rest = ["the providers after it were not tried"] if others else []
    tried = [*skipped, f"{provider}: {error}", *rest]
    return (
        CredentialsError.invalid_configuration("; ".join(tried))
        ._naming_providers()
        ._caused_as(error)
    )


def metadata_disabled(environment: Environment) -> CredentialsError | None:
    """Return the error of a metadata service that a variable turns off; `None` for one in use."""
    try:
        value = environment.variable(_NAME) or "0"
    except ValueError as error:
        return CredentialsError.invalid_configuration(str(error))
    match value.lower():
        case "0" | "false":
            return None
        case "1" | "true":
            return CredentialsError.not_configured(f"turned off by {_NAME}")
        case _:
            return CredentialsError.invalid_configuration(f"{_NAME} is {value!r}: set it to 1 or 0")


class DisabledProvider(CredentialsProvider):
    """Stands for a provider that is turned off."""

    def __init__(self, name: str, error: CredentialsError) -> None:
        self._name = name
        self._error = error

    @property
    def name(self) -> str:
        """The name of the provider in errors."""
        return self._name

    def provide(self) -> Credentials:
        """Raise the error that says why it is turned off."""
        raise duplicate(self._error)


# --- Generated by `cargo xtask gen python` from the definitions above; do not edit. ---
# fmt: off


class ProviderChain(CachesCredentials, CredentialsProvider):
    """Tries providers in order, and keeps the first one with credentials.

    A provider that is not configured is skipped. A configured provider that fails ends the chain, so
    that the client does not silently use other credentials. The error names every provider that was
    tried, with its reason.
    """

    def __init__(self, *providers: sync.Provider) -> None:
        self._providers = providers
        self._selected: sync.Provider | None = None

    @classmethod
    def official(
        cls, environ: Mapping[str, str] | None = None, *, clock: Clock | None = None
    ) -> Self:
        """Return the chain of the official SDKs.

        Environment, profile file, metadata service. `HWTASKS_METADATA_ENDPOINT` overrides the endpoint
        of the last, and `HWTASKS_METADATA_DISABLED=1` turns it off. `environ` replaces the variables of
        the process.
        """
        return cls._official(environ, clock)

    @classmethod
    def _official(
        cls,
        environ: Mapping[str, str] | None,
        clock: Clock | None,
        file: ProfileFile | None = None,
    ) -> Self:
        """Return the chain, with the credentials file if that has been read for its region."""
        environment = Environment(environ)
        disabled = metadata_disabled(environment)
        metadata: sync.Provider
        if disabled is not None:
            metadata = DisabledProvider("metadata service", disabled)
        else:
            # A value that is not Unicode is refused as a URL when it is used.
            base_url = environment.path("HWTASKS_METADATA_ENDPOINT")
            metadata = MetadataProvider(base_url=base_url, clock=clock)
        return cls(
            EnvironmentProvider(environ), ProfileProvider._with_first_read(environ, file), metadata
        )

    @property
    def name(self) -> str:
        """The name of the provider in errors."""
        return "provider chain"

    def provide(self) -> Credentials:
        """Return the credentials of the first provider that has any."""
        selected = self._selected
        if selected is not None:
            try:
                return (sync.provided(selected)).with_provider_name(selected.name)
            except CredentialsError as error:
                if not error.is_not_configured:
                    raise _stopped([], selected.name, error, others=False) from error.__cause__
                self._selected = None
        skipped: list[str] = []
        for provider in self._providers:
            try:
                credentials = sync.provided(provider)
            except CredentialsError as error:
                if not error.is_not_configured:
                    others = provider is not self._providers[-1]
                    stopped = _stopped(skipped, provider.name, error, others=others)
                    raise stopped from error.__cause__
                skipped.append(f"{provider.name}: {error}")
            else:
                self._selected = provider
                return credentials.with_provider_name(provider.name)
        why = "; ".join(skipped) or "the provider chain is empty"
        raise CredentialsError.not_configured(why)._naming_providers()

    def invalidate(self, rejected: Credentials) -> None:
        """Drop these credentials in every provider."""
        for provider in self._providers:
            provider.invalidate(rejected)

    def _cached(self, *, allow_stale: bool) -> Credentials | None:
        selected = self._selected
        if selected is None:
            return None
        try:
            credentials = cached_credentials(selected, allow_stale=allow_stale)
        except CredentialsError:
            return None
        return None if credentials is None else credentials.with_provider_name(selected.name)
