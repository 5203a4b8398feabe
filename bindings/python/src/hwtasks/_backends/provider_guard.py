"""What a provider of somebody else's may do wrong."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

from hwtasks._core.errors import CredentialsError, HwtasksError
from hwtasks._credentials.types import Credentials

if TYPE_CHECKING:
    from collections.abc import Iterator


@contextmanager
def named() -> Iterator[None]:
    """Turn whatever a provider raises into a `CredentialsError`.

    Its text is not repeated, because it may hold a secret; it is the cause.
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
    """Return the credentials a provider gave, or the error that they are none."""
    if isinstance(given, Credentials):
        return given
    kind = type(given).__name__
    raise CredentialsError.invalid_configuration(
        f"it gave a value of type {kind}, and no Credentials"
    )
