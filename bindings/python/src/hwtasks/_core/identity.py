"""Values by the identity of objects."""

from __future__ import annotations

import weakref
from typing import TYPE_CHECKING, Generic, Self, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable

V = TypeVar("V")


class _Reference(weakref.ref[object]):
    """Refers weakly to an object; equals each reference to the same one."""

    __slots__ = ("_id",)

    _id: int

    def __new__(cls, value: object, forget: Callable[[weakref.ref[object]], None]) -> Self:
        made = super().__new__(cls, value, forget)
        made._id = id(value)
        return made

    def __hash__(self) -> int:
        return self._id

    def __eq__(self, other: object) -> bool:
        if self is other:
            return True
        value = self()
        return value is not None and isinstance(other, _Reference) and other() is value


class WeakIdentityMap(Generic[V]):
    """Maps objects to values, by identity and for as long as each object lives.

    It may be used from many threads. A value that refers to its object keeps it alive.
    """

    def __init__(self) -> None:
        self._values: dict[weakref.ref[object], V] = {}
        ours = weakref.ref(self)

        def forget(reference: weakref.ref[object]) -> None:
            # It may run at any time: a lock could be held by the thread that it interrupts.
            if (self := ours()) is not None:
                self._values.pop(reference, None)

        self._forget = forget

    def get(self, key: object, make: Callable[[], V]) -> V:
        """Return the value of an object, and make it unless there is one.

        The value of an object that cannot be referred to weakly is not kept.
        """
        try:
            reference = _Reference(key, self._forget)
        except TypeError:
            return make()
        found = self._values.get(reference)
        # Atomic: of two threads, both get the value of one.
        return self._values.setdefault(reference, make()) if found is None else found
