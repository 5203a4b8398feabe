"""What becomes of a member whose JSON type is not the documented one.

It is converted where nothing is lost. Otherwise it is set aside, so that one odd member never costs the
body it stands in.
"""

from __future__ import annotations

import re
from copy import deepcopy
from typing import TYPE_CHECKING, Any, NamedTuple, get_args

from pydantic import BaseModel

from hwtasks._core.scalars import EXACT, text_of

if TYPE_CHECKING:
    from pydantic import ValidationError
    from pydantic_core import ErrorDetails

    from hwtasks._core.model import Model

_CANONICAL = re.compile(r"0|-?[1-9][0-9]*", re.ASCII)
_INTEGER = range(-(2**63), 2**63)
_WHOLE = range(-(2**63), 2**64)


class Odd(NamedTuple):
    """A member that no field can hold."""

    way: tuple[int | str, ...]
    """The path of the object that holds it."""
    name: str
    """Its name, as the body spells it."""
    value: Any
    is_missing: bool
    """Whether a required member is absent; there is no value then."""


class _Place(NamedTuple):
    """The innermost member on the way to a value."""

    model: type[Model]
    holder: dict[Any, Any]
    key: str
    field: str
    way: tuple[int | str, ...]


def tolerated(
    model: type[Model], value: Any, error: ValidationError
) -> tuple[Any, list[Odd], bool]:
    """Return the body that is left, the members set aside in it, and whether there is a change.

    Members that a body cannot do without are left as they are: decoding it fails for them alone.
    """
    body = deepcopy(value)
    odd: list[Odd] = []
    is_changed = False
    done: set[tuple[int, str]] = set()
    for detail in error.errors(include_url=False, include_context=False):
        if _convert(model, body, detail):
            is_changed = True
            continue
        place = _innermost(model, body, detail["loc"])
        if place is None or (id(place.holder), place.key) in done:
            continue
        field = place.model.__pydantic_fields__.get(place.field)
        if field is None or (field.is_required() and field.annotation is not str):
            continue
        done.add((id(place.holder), place.key))
        is_missing = place.key not in place.holder
        odd.append(Odd(place.way, place.key, place.holder.pop(place.key, None), is_missing))
        # The first spelling counts, so no other one takes its place.
        for name in [n for n in place.holder if place.model._spelling(n) == place.field]:
            member = place.holder.pop(name)
            if member is not None:
                odd.append(Odd(place.way, name, member, is_missing=False))
        if field.is_required():
            place.holder[place.field] = ""
    return body, odd, is_changed or bool(odd)


def _convert(model: type[Model], body: Any, detail: ErrorDetails) -> bool:
    """Convert the value of an error in its place; whether that can be."""
    convert = _CONVERSIONS.get(detail["type"])
    converted = convert(detail["input"]) if convert else None
    if converted is None:
        return False
    *way, last = detail["loc"]
    around = body
    for step in way:
        around = around[_key(model, around, step)]
        model = _nested(model, step)
    around[_key(model, around, last)] = converted
    return True


def _innermost(model: type[Model], body: Any, loc: tuple[int | str, ...]) -> _Place | None:
    place = None
    around = body
    for depth, step in enumerate(loc):
        if isinstance(around, dict) and isinstance(step, str):
            key = _key(model, around, step)
            place = _Place(model, around, key, step, loc[:depth])
            around = around.get(key)
        elif isinstance(around, list) and isinstance(step, int):
            around = around[step]
        else:
            break
        model = _nested(model, step)
    return place


def _key(model: type[Model], around: Any, step: int | str) -> Any:
    """Return how an object spells the member of a field; the first that is not null counts."""
    if not isinstance(around, dict):
        return step
    spellings = (name for name, member in around.items() if member is not None)
    return next((name for name in spellings if model._spelling(name) == step), step)


def _nested(model: type[Model], step: int | str) -> type[Model]:
    """Return the model of the objects in a field; the model itself where there are none."""
    field = model.__pydantic_fields__.get(step) if isinstance(step, str) else None
    return (field and _model_in(field.annotation)) or model


def _model_in(annotation: Any) -> type[Model] | None:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation  # type: ignore[return-value]  # every model is one of ours
    return next((found for part in get_args(annotation) if (found := _model_in(part))), None)


def as_text(value: object) -> str | None:
    """Return a value as text; `None` when digits would be lost, or it is none."""
    if isinstance(value, bool):
        return "true" if value else "false"
    # A number whose digits other parsers lose is not text.
    if isinstance(value, int):
        return str(value) if value in _WHOLE else None
    if isinstance(value, float) and abs(value) < EXACT:
        return text_of(value)
    return None


def _integer(value: object) -> int | None:
    if isinstance(value, float) and value.is_integer() and abs(value) < EXACT:
        return int(value)
    if isinstance(value, str) and len(value) <= len(str(-(2**63))) and _CANONICAL.fullmatch(value):
        number = int(value)
        return number if number in _INTEGER else None
    return None


def _boolean(value: object) -> bool | None:
    return {"true": True, "false": False}.get(value) if isinstance(value, str) else None


_CONVERSIONS = {"string_type": as_text, "int_type": _integer, "bool_type": _boolean}
