"""Sends the requests of a sweep at its pace."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

from hwtasks._backends import async_ as backend
from hwtasks._core.errors import HwtasksError
from hwtasks._core.pace import PaceState, Permit

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from hwtasks._async.transport import AsyncTransport

V = TypeVar("V")


class AsyncPace:
    """The pace of a sweep: its requests wait in a queue for their permits."""

    def __init__(self, transport: AsyncTransport, concurrency: int) -> None:
        self.state = PaceState(transport.clock, concurrency)
        self._clock = transport.clock
        self._gate = transport.gate
        self._queue = backend.Lock()
        self._responded = backend.Wakeup()
        """Wakes the head of the queue after a response."""

    async def run(self, send: Callable[[], Awaitable[V]]) -> V:
        """Send a request when it may be sent, again while it is throttled, and return its result.

        After the end of the sweep, that is an error with no attempts.
        """
        sends = 0
        while True:
            permit = await self._permit()
            sends += 1
            try:
                result = await send()
            except HwtasksError as error:
                # The transport decides which refusal is final.
                is_final = error.is_unauthorized and self._gate.is_shut(self._clock.elapsed())
                if not self.state.settle(permit, error, sends, is_final=is_final):
                    raise
            else:
                self.state.settle(permit, None, sends, is_final=False)
                return result
            finally:
                self.state.release()
                self._responded.set()

    async def _permit(self) -> Permit:
        async with self._queue:
            while True:
                await backend.check_cancelled()
                self._responded.clear()
                step = self.state.next()
                if isinstance(step, Permit):
                    return step
                if step is None:
                    await self._responded.wait()
                else:
                    # A response may end the sweep meanwhile, or extend the pause.
                    await backend.sleep_until(self._responded, self._clock, step)
