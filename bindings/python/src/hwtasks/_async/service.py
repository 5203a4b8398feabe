"""A service of a client."""

from __future__ import annotations

from dataclasses import dataclass

from hwtasks._async.project import AsyncProject
from hwtasks._async.transport import AsyncTransport


@dataclass(frozen=True, slots=True)
class AsyncService:
    """A service of a client, with its endpoint and its transport."""

    label: str
    """Its part of the option names: `dcs`."""
    endpoint: str | None
    """Its endpoint; `None` when neither region nor endpoint is set."""
    project: AsyncProject
    transport: AsyncTransport
