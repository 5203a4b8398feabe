"""Tools that read the public objects: type hints, mocks, debuggers, documentation."""

from __future__ import annotations

import inspect
import typing
from collections.abc import Iterator
from types import FunctionType, ModuleType
from typing import Any

import pytest

import hwtasks
from hwtasks import auth, signer, testing

MODULES = [hwtasks, auth, signer, testing]


def public(module: ModuleType) -> Iterator[tuple[str, Any]]:
    """Yield the public objects of a module, by their names."""
    for name in getattr(module, "__all__", None) or vars(module):
        value = getattr(module, name)
        is_own = module is hwtasks or getattr(value, "__module__", None) == module.__name__
        if is_own and not name.startswith("_"):
            yield f"{module.__name__}.{name}", value


def functions(of: type) -> Iterator[tuple[str, FunctionType]]:
    """Yield the functions of a class, those of its bases in this package included."""
    for base in of.__mro__:
        for name, value in vars(base).items():
            function = value.fget if isinstance(value, property) else value
            function = getattr(function, "__func__", function)
            if isinstance(function, FunctionType) and function.__module__.startswith("hwtasks"):
                yield name, function


def annotated() -> Iterator[Any]:
    """Return everything public that has annotations."""
    for module in MODULES:
        for name, value in public(module):
            if inspect.isclass(value):
                yield pytest.param(value, id=name)
                for method, function in functions(value):
                    yield pytest.param(function, id=f"{name}.{method}")
            elif inspect.isfunction(value):
                yield pytest.param(value, id=name)


@pytest.mark.parametrize("value", list(annotated()))
def test_type_hints_of_everything_public_resolve(value: Any) -> None:
    hints = typing.get_type_hints(value, include_extras=True)
    assert not [hint for hint in hints.values() if isinstance(hint, str)]
