"""State that a forked process must not share with its parent."""

from __future__ import annotations

import os
from typing import Protocol
from weakref import WeakSet


class _Forked(Protocol):
    def _after_fork(self) -> None:
        """Drop what belongs to the parent process; nothing else runs meanwhile."""


_REGISTERED: WeakSet[_Forked] = WeakSet()


def renew_in_child(value: _Forked) -> None:
    """Call `_after_fork` of this object in each forked process.

    A lock may be held by a thread that the child does not have. A connection that both processes use
    mixes up their responses.
    """
    _REGISTERED.add(value)


def _after_fork_in_child() -> None:
    for value in list(_REGISTERED):
        value._after_fork()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_after_fork_in_child)
