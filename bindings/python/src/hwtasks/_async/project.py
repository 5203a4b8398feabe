"""Which project a client asks about."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from hwtasks import _error
from hwtasks._async.flight import AsyncFlight
from hwtasks._endpoint import base_url
from hwtasks._error import Error
from hwtasks._iam import project_named
from hwtasks._region import Service, endpoint_of
from hwtasks._request import Request

if TYPE_CHECKING:
    from hwtasks._async.transport import AsyncCall
    from hwtasks._config import Config

_OPERATION = "KeystoneListProjects"


class AsyncProject:
    """The project of a client: given, configured with the credentials, or looked up once."""

    def __init__(self, config: Config) -> None:
        self._config = config
        self._flight = AsyncFlight[str]()
        self.known = config.project_id
        """Its ID; `None` until the credentials or IAM have named it."""

    async def id(self, call: AsyncCall) -> str:
        """Return the project's ID, for a call that has begun."""
        return self.known or await self._flight.run(partial(self._find, call))

    async def _find(self, call: AsyncCall) -> str:
        # Somebody may have found it since this caller looked.
        if self.known is not None:
            return self.known
        credentials = await call.credentials()
        found = credentials.project_id if credentials else None
        if found is None:
            try:
                iam = credentials.iam_endpoint if credentials else None
                found = await self._look_up(call, iam)
            except Error as error:
                raise error._about("the project ID cannot be looked up at IAM") from error.__cause__
        self.known = found
        return found

    async def _look_up(self, call: AsyncCall, configured: str | None) -> str:
        region = self._config.region
        if region is None:
            raise _error.invalid_input("no region is set; set the region or the project ID")
        iam = self._config.iam or endpoint_of(region, Service.IAM)
        if self._config.iam is None and configured is not None:
            try:
                iam = base_url(configured, allow_plain_http=self._config.allow_plain_http)
            except Error as error:
                raise error._about("the IAM endpoint of the credentials") from None
        # The ID of a region has nothing that a query would have to encode.
        request = Request("GET", f"{iam}/v3/projects?name={region}")
        return await call.first(_OPERATION).send(request, partial(project_named, region))
