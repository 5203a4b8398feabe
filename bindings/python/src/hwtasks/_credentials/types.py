"""Credentials, the protocols of their providers, and the errors of foreign providers."""

from __future__ import annotations

from abc import ABC, abstractmethod
from contextlib import contextmanager
from datetime import datetime
from inspect import iscoroutinefunction
from typing import TYPE_CHECKING, NoReturn, Protocol, Self, TypeGuard, runtime_checkable

from pydantic import SecretStr

from hwtasks._core.errors import CredentialsError, HwtasksError
from hwtasks._core.new_error import invalid_input
from hwtasks._credentials.check import project_flaw, secret_flaw
from hwtasks.signer import Keys

if TYPE_CHECKING:
    from collections.abc import Iterator


@runtime_checkable
class CredentialsProvider(Protocol):
    """A source of credentials.

    A client calls `provide` before each attempt, in a thread, so that a slow provider delays neither
    the timeout of a call nor an event loop. A provider that fetches credentials keeps them until
    shortly before they expire; `CachedProvider` does that. Every exception of `provide` becomes a
    `CredentialsError`. Inherit from this class for a default `invalidate`.

    The clients of one half with the same provider object and clock share what refusals tell: after a
    final one, none of them sends for five minutes, because refusals lock a key. A clock skew that one
    has found counts for all. A provider that cannot be referred to weakly is not shared.
    """

    @property
    def name(self) -> str:
        """The name of the provider in errors: `environment`, `profile file`."""
        ...

    def provide(self) -> Credentials:
        """Return credentials that are valid now. Raises `CredentialsError` otherwise."""
        ...

    def invalidate(self, rejected: Credentials) -> None:
        """Drop these credentials, which the service rejected, so that new ones are fetched.

        Keep credentials that were fetched since. Does nothing by default.
        """
        del rejected


@runtime_checkable
class AsyncCredentialsProvider(Protocol):
    """A source of credentials for an `AsyncClient`, which also accepts a `CredentialsProvider`.

    `provide` is a coroutine function, and is cancelled when a call no longer waits for it.
    """

    @property
    def name(self) -> str:
        """The name of the provider in errors."""
        ...

    async def provide(self) -> Credentials:
        """Return credentials that are valid now. Raises `CredentialsError` otherwise."""
        ...

    def invalidate(self, rejected: Credentials) -> None:
        """Drop these credentials, which the service rejected; see `CredentialsProvider`."""
        del rejected


class CachesCredentials(ABC):
    """A provider of this package that may have credentials without waiting."""

    @abstractmethod
    def _cached(self, *, allow_stale: bool) -> Credentials | None:
        """Return credentials that need no waiting; `None` when there are none.

        With `allow_stale`, also valid ones that are due for a refresh.
        """


def cached_credentials(provider: object, *, allow_stale: bool) -> Credentials | None:
    """Return what a provider has without waiting; `None` for a provider that has to be called."""
    if isinstance(provider, CachesCredentials):
        return provider._cached(allow_stale=allow_stale)
    return None


def is_blocking_provider(value: object) -> bool:
    """Whether a value is a provider whose `provide` blocks."""
    return isinstance(value, CredentialsProvider) and not is_async_provider(value)


def is_async_provider(value: object) -> TypeGuard[AsyncCredentialsProvider]:
    """Whether a value is a provider whose `provide` is awaited."""
    return isinstance(value, AsyncCredentialsProvider) and iscoroutinefunction(value.provide)


class Credentials(CachesCredentials, CredentialsProvider):
    """An access key with its secret key (AK/SK), or an IAM token.

    No `repr`, log or error shows the secrets, and credentials cannot be pickled.

    >>> Credentials.keys("AK...", "SK...", project_id="a4d31cb6")
    Credentials(access_key='AK...', token=False, provider=None, project_id='a4d31cb6', expires_at=None)
    """

    __slots__ = (
        "_access_key",
        "_expires_at",
        "_iam_endpoint",
        "_is_token",
        "_project_id",
        "_provider",
        "_secret",
        "_security_token",
    )

    def __init__(self) -> None:
        raise TypeError("make credentials with Credentials.keys or Credentials.token")

    @classmethod
    def keys(
        cls,
        access_key: str,
        secret_key: str,
        *,
        security_token: str | None = None,
        project_id: str | None = None,
        iam_endpoint: str | None = None,
        expires_at: datetime | None = None,
    ) -> Self:
        """Return an access key (AK) with its secret key (SK), which sign the requests.

        Temporary keys have a `security_token`. `project_id` and `iam_endpoint` are used when the
        client has no such option. Raises `InvalidInputError` for a value that is empty, is
        not a string, or has a blank, a line break, a quote or an invisible character.
        """
        hidden = SecretStr(secret_key)
        temporary = None if security_token is None else SecretStr(security_token)
        # Loggers may show the locals of a frame.
        del secret_key, security_token
        _check("access key", SecretStr(access_key))
        _check("secret key", hidden)
        if temporary is not None:
            _check("security token", temporary)
        made = cls._made(hidden, project_id, iam_endpoint, expires_at)
        made._access_key = access_key
        made._security_token = temporary
        return made

    @classmethod
    def token(
        cls,
        token: str,
        *,
        project_id: str | None = None,
        iam_endpoint: str | None = None,
        expires_at: datetime | None = None,
    ) -> Self:
        """Return an IAM token, sent as `X-Auth-Token`. IAM tokens are valid for 24 hours.

        Raises `InvalidInputError` for a token that is empty, is not a string, or has a blank, a line
        break, a quote or an invisible character.
        """
        hidden = SecretStr(token)
        del token
        _check("token", hidden)
        made = cls._made(hidden, project_id, iam_endpoint, expires_at)
        made._is_token = True
        return made

    @classmethod
    def _made(
        cls,
        secret: SecretStr,
        project_id: str | None,
        iam_endpoint: str | None,
        expires_at: datetime | None,
    ) -> Self:
        flaw = None if project_id is None else project_flaw(project_id)
        if flaw is not None:
            raise invalid_input(f"the project ID of the credentials {flaw}")
        made = object.__new__(cls)
        made._access_key = None
        made._security_token = None
        made._secret = secret
        made._is_token = False
        made._project_id = project_id
        made._iam_endpoint = iam_endpoint
        made._expires_at = expires_at
        made._provider = None
        return made

    _access_key: str | None
    _is_token: bool
    _secret: SecretStr
    _security_token: SecretStr | None
    _project_id: str | None
    _iam_endpoint: str | None
    _expires_at: datetime | None
    _provider: str | None

    @property
    def access_key(self) -> str | None:
        """The access key, which is not secret; `None` for a token."""
        return self._access_key

    @property
    def project_id(self) -> str | None:
        """The project ID that belongs to these credentials."""
        return self._project_id

    @property
    def iam_endpoint(self) -> str | None:
        """The IAM endpoint that belongs to these credentials."""
        return self._iam_endpoint

    @property
    def expires_at(self) -> datetime | None:
        """When these credentials expire; `None` when that is not known."""
        return self._expires_at

    @property
    def provider(self) -> str | None:
        """The source of these credentials: `environment`, or the path and section of a file.

        `None` when they were passed to the client directly.
        """
        return self._provider

    def with_provider_name(self, provider: str) -> Self:
        """Return the same credentials with the name of their source, unless they have one."""
        if self._provider is not None:
            return self
        same = self._copied()
        same._provider = provider
        return same

    def _copied(self) -> Self:
        same = object.__new__(type(self))
        for name in Credentials.__slots__:
            setattr(same, name, getattr(self, name))
        return same

    @property
    def is_token(self) -> bool:
        """Whether these are an IAM token."""
        return self._is_token

    @property
    def name(self) -> str:
        """The name of these credentials in errors."""
        return "given token" if self.is_token else "given keys"

    def provide(self) -> Credentials:
        """Return these credentials."""
        return self

    def _cached(self, *, allow_stale: bool) -> Credentials:
        del allow_stale
        return self

    def _exposed_token(self) -> str:
        return self._secret.get_secret_value()

    def _exposed_keys(self) -> Keys:
        token = self._security_token.get_secret_value() if self._security_token else None
        return Keys(self._access_key or "", self._secret.get_secret_value(), token)

    def _is_same(self, other: Credentials) -> bool:
        """Whether both authorize requests identically."""
        mine = (self._is_token, self._access_key, self._secret, self._security_token)
        theirs = (other._is_token, other._access_key, other._secret, other._security_token)
        return mine == theirs

    def __repr__(self) -> str:
        facts = f"access_key={self.access_key!r}, token={self.is_token}, provider={self.provider!r}"
        facts += f", project_id={self.project_id!r}, expires_at={self.expires_at!r}"
        return f"{type(self).__name__}({facts})"

    def __copy__(self) -> Self:
        return self

    def __deepcopy__(self, _: object) -> Self:
        return self

    def __reduce_ex__(self, _: object) -> NoReturn:
        raise TypeError("credentials hold secrets, and cannot be pickled")


def _check(what: str, hidden: SecretStr) -> None:
    """Raise `InvalidInputError` for a secret that is no bare string, without showing it."""
    if not isinstance(hidden.get_secret_value(), str):
        kind = type(hidden.get_secret_value()).__name__
        raise invalid_input(f"the {what} is of type {kind}, and must be a string")
    flaw = secret_flaw(hidden.get_secret_value())
    if flaw is not None:
        raise invalid_input(f"the {what} {flaw}")


@contextmanager
def guarded_provider() -> Iterator[None]:
    """Turn each exception of a provider into a `CredentialsError`.

    The message does not repeat the text of the exception, which may hold a secret.
    """
    try:
        yield
    except CredentialsError:
        raise
    except HwtasksError as error:
        raise CredentialsError._from_request(error) from error.__cause__
    except Exception as error:
        broken = CredentialsError.invalid_configuration(f"it failed with {type(error).__name__}")
        raise broken._with_cause(error) from error


def checked_credentials(given: object) -> Credentials:
    """Return the value of a provider. Raises `CredentialsError` for a value of another type."""
    if isinstance(given, Credentials):
        return given
    kind = type(given).__name__
    raise CredentialsError.invalid_configuration(
        f"it gave a value of type {kind}, and no Credentials"
    )
