"""The switch that turns the metadata service off."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hwtasks._core.errors import CredentialsError, duplicate
from hwtasks._credentials.types import CredentialsProvider

if TYPE_CHECKING:
    from hwtasks._config.environment import Environment
    from hwtasks._credentials.types import Credentials

_NAME = "HWTASKS_METADATA_DISABLED"


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
