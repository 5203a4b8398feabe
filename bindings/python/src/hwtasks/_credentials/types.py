"""What authorizes a request, and where it comes from."""

from __future__ import annotations

from abc import ABC, abstractmethod
from inspect import iscoroutinefunction
from typing import TYPE_CHECKING, NoReturn, Protocol, Self, TypeGuard, runtime_checkable

from pydantic import SecretStr

from hwtasks._core.new_error import invalid_input
from hwtasks.signer import Keys

if TYPE_CHECKING:
    from datetime import datetime


@runtime_checkable
class CredentialsProvider(Protocol):
    """A source of credentials.

    A client calls `provide` before each attempt, in a thread, so that a slow provider delays neither
    the timeout of a call nor an event loop. A provider that fetches credentials keeps them until
    shortly before they expire; `CachedProvider` does that. Every exception of `provide` becomes a
    `CredentialsError`. Inherit from this class for a default `invalidate`.
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
    """What authorizes a request: an access key with its secret (AK/SK), or an IAM token.

    The secrets stand in no `repr`, log or error, and credentials are not pickled.

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
        """Return an access key (AK) with its secret key (SK); requests are signed with them.

        A `security_token` makes the keys temporary. `project_id` and `iam_endpoint` are what the
        keys were configured with, used when the client has none of its own. Raises an `HwtasksError` of the
        kind `INVALID_INPUT` for a key that is empty or no string.
        """
        hidden = SecretStr(secret_key)
        temporary = None if security_token is None else SecretStr(security_token)
        # A logger may show what a frame holds.
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
        """Return an IAM token, sent as `X-Auth-Token`. It lives for 24 hours.

        Raises an `HwtasksError` of the kind `INVALID_INPUT` for one that is empty or no string.
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
        """The access key, which is an identifier and no secret; `None` for a token."""
        return self._access_key

    @property
    def project_id(self) -> str | None:
        """The project these credentials were configured with."""
        return self._project_id

    @property
    def iam_endpoint(self) -> str | None:
        """The IAM these credentials were configured with."""
        return self._iam_endpoint

    @property
    def expires_at(self) -> datetime | None:
        """When these credentials cease to be valid; `None` when that is not known."""
        return self._expires_at

    @property
    def provider(self) -> str | None:
        """Where these credentials come from, in words.

        `environment`, or the path and the section of a file; `None` when they were given to the
        client as they are.
        """
        return self._provider

    def with_provider_name(self, provider: str) -> Self:
        """Return the same credentials, saying where they come from, unless they do already."""
        if self._provider is not None:
            return self
        same = object.__new__(type(self))
        for name in type(self).__slots__:
            setattr(same, name, getattr(self, name))
        same._provider = provider
        return same

    @property
    def is_token(self) -> bool:
        """Whether these are an IAM token."""
        return self._is_token

    @property
    def name(self) -> str:
        """Names them in errors."""
        return "given token" if self.is_token else "given keys"

    def provide(self) -> Credentials:
        """Return themselves."""
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
        """Whether both would authorize a request in the same way."""
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
        raise TypeError("credentials hold secrets, and are not pickled")


def _check(what: str, hidden: SecretStr) -> None:
    """Refuse what is empty or no string, without holding it in a frame."""
    if not isinstance(hidden.get_secret_value(), str):
        kind = type(hidden.get_secret_value()).__name__
        raise invalid_input(f"the {what} is of type {kind}, and must be a string")
    if not hidden.get_secret_value():
        raise invalid_input(f"the {what} is empty")
