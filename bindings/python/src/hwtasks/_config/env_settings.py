"""The configuration in environment variables."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hwtasks._config.endpoint import Service, base_url, endpoint_of, region_id
from hwtasks._config.source import ConfigSource, ConfigSourceKind
from hwtasks._core import new_error
from hwtasks._core.error_kinds import ErrorReason
from hwtasks._core.errors import CredentialsError, HwtasksError
from hwtasks._credentials.profile import ProfileFile
from hwtasks._credentials.types import Credentials

if TYPE_CHECKING:
    from hwtasks._config.environment import Environment

Found = tuple[str, ConfigSource]
"""A configured value with its source."""
OPTIONS = ConfigSource(ConfigSourceKind.OPTIONS)


class EnvSettings:
    """The configuration in environment variables; empty without an environment."""

    def __init__(self, environment: Environment | None) -> None:
        self._environment = environment

    def get(self, name: str) -> str | None:
        """Return a variable; `None` when it is not set or empty."""
        if self._environment is None:
            return None
        try:
            return self._environment.variable(name)
        except ValueError as error:
            raise new_error.invalid_input(str(error)) from None

    def found(self, name: str) -> Found | None:
        """Return a variable with its source."""
        value = self.get(name)
        return None if value is None else (value, ConfigSource(ConfigSourceKind.VARIABLE, name))

    def token(self) -> Credentials | None:
        """Return the token of `HWTASKS_TOKEN`."""
        name = "HWTASKS_TOKEN"
        token = self.get(name)
        if token is None:
            return None
        try:
            return Credentials.token(token).with_provider_name(name)
        except HwtasksError as error:
            raise error._with_context(name) from None

    def region(self) -> Found | None:
        """Return the region ID, checked."""
        for name in ("HWTASKS_REGION", "HW_REGION_NAME"):
            found = self.found(name)
            if found is not None:
                try:
                    return region_id(found[0]), found[1]
                except HwtasksError as error:
                    raise error._with_context(name) from None
        return None

    def has_endpoint(self, name: str) -> bool:
        """Whether a variable sets the endpoint of a service."""
        return self.get(f"HWTASKS_{name}_ENDPOINT") is not None

    def region_of_profile(self) -> tuple[Found | None, ProfileFile | None]:
        """Read the credentials file, and return its region and the file."""
        if self._environment is None:
            return None, None
        try:
            file = ProfileFile.read(self._environment)
            region = file.region()
        except CredentialsError as error:
            if error.is_not_configured:
                return None, None
            raise new_error.invalid_input(
                f"no region is set, and the profile file cannot be used: {error}"
            )._with_reason(ErrorReason.PROVIDER_FAILED) from None
        source = ConfigSource(ConfigSourceKind.PROFILE, profile=file.place)
        return (None if region is None else (region, source)), file

    def url(self, name: str, *, allow_plain_http: bool) -> str | None:
        """Return the URL in a variable, checked."""
        value = self.get(name)
        return None if value is None else self._checked(name, value, allow_plain_http)

    def endpoint(
        self, given: str | None, region: str | None, name: str, *, allow_plain_http: bool
    ) -> Found | None:
        """Return the endpoint of a service: the option, else a variable, else that of the region."""
        if given is not None:
            return base_url(given, allow_plain_http=allow_plain_http), OPTIONS
        variable = f"HWTASKS_{name}_ENDPOINT"
        url = self.url(variable, allow_plain_http=allow_plain_http)
        if url is not None:
            return url, ConfigSource(ConfigSourceKind.VARIABLE, variable)
        if region is None:
            return None
        variable = f"HUAWEICLOUD_SDK_REGION_{name}_{region.upper().replace('-', '_')}"
        urls = self.get(variable)
        if urls is None:
            return endpoint_of(region, Service[name]), ConfigSource(ConfigSourceKind.REGION)
        # The official SDKs take several, separated by commas, and try them in turn.
        url = self._checked(variable, urls.split(",")[0].strip(), allow_plain_http)
        return url, ConfigSource(ConfigSourceKind.VARIABLE, variable)

    @staticmethod
    def _checked(name: str, url: str, allow_plain_http: bool) -> str:  # noqa: FBT001
        try:
            return base_url(url, allow_plain_http=allow_plain_http)
        except HwtasksError as error:
            raise error._with_context(name) from None
