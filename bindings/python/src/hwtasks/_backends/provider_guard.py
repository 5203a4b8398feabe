"""Errors for the mistakes of a foreign provider."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

from hwtasks._core.errors import CredentialsError, HwtasksError
from hwtasks._credentials.types import Credentials

if TYPE_CHECKING:
    from collections.abc import Iterator


@contextmanager
def guarded() -> Iterator[None]:
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


def checked(given: object) -> Credentials:
    """Return the value of a provider. Raises `CredentialsError` for a value of another type."""
    if isinstance(given, Credentials):
        return given
    kind = type(given).__name__
    raise CredentialsError.invalid_configuration(
        f"it gave a value of type {kind}, and no Credentials"
    )
