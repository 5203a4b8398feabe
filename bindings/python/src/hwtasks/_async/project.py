"""The project ID of a client."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from hwtasks._async.single_flight import AsyncSingleFlight
from hwtasks._backends import async_ as backend
from hwtasks._config.endpoint import base_url
from hwtasks._config.region import Service, endpoint_of
from hwtasks._config.source import ConfigSource, ConfigSourceKind
from hwtasks._core import new_error
from hwtasks._core.error_kinds import ErrorReason
from hwtasks._core.errors import HwtasksError
from hwtasks._core.request import Request
from hwtasks._credentials.iam import project_named

if TYPE_CHECKING:
    from hwtasks._async.transport import AsyncCall
    from hwtasks._config.settings import Config
    from hwtasks._credentials.types import Credentials

_OPERATION = "KeystoneListProjects"
_FAILED = "the project ID cannot be looked up at IAM"


class AsyncProject:
    """The project ID of a client: set, taken from the credentials, or looked up once at IAM."""

    def __init__(self, config: Config) -> None:
        self._config = config
        self._single_flight = AsyncSingleFlight[str]()
        self._found = config.project_id

    async def id(self, call: AsyncCall) -> str:
        """Return the project ID, within the time of the call."""
        if self.known is not None:
            return self.known
        credentials = await call.credentials()
        # Shared with concurrent calls of other deadlines.
        find = partial(self._find, call.prerequisite(_OPERATION), credentials)
        found = backend.begin(partial(self._single_flight.run, find))
        try:
            if not await backend.is_done_within(found, call.time_remaining()):
                raise new_error.timed_out(_FAILED)
            return found.result()
        finally:
            found.cancel()

    async def _find(self, call: AsyncCall, credentials: Credentials | None) -> str:
        # A concurrent call may have found it.
        if self.known is not None:
            return self.known
        found = credentials.project_id if credentials else None
        source = ConfigSource(ConfigSourceKind.CREDENTIALS)
        if found is None:
            source = ConfigSource(ConfigSourceKind.IAM)
            try:
                iam = credentials.iam_endpoint if credentials else None
                found = await self._look_up(call, iam)
            except HwtasksError as error:
                raise error._with_context(_FAILED) from error.__cause__
        self._found = (found, source)
        return found

    @property
    def known(self) -> str | None:
        """The project ID; `None` until it is known."""
        return self._found[0] if self._found else None

    @property
    def source(self) -> ConfigSource | None:
        """The source of the project ID; `None` until it is known."""
        return self._found[1] if self._found else None

    async def _look_up(self, call: AsyncCall, configured: str | None) -> str:
        region = self._config.region
        if region is None:
            raise new_error.invalid_input(
                "no region is set",
                help="set the region or the project ID",
                reason=ErrorReason.NO_PROJECT,
            )
        iam = self._config.iam or endpoint_of(region, Service.IAM)
        if self._config.iam is None and configured is not None:
            try:
                iam = base_url(configured, allow_plain_http=self._config.allow_plain_http)
            except HwtasksError as error:
                raise error._with_context("the IAM endpoint of the credentials") from None
        # A region ID needs no encoding in a query.
        request = Request("GET", f"{iam}/v3/projects?name={region}")
        return await call.send(request, partial(project_named, region))
