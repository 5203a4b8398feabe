"""Decodes response bodies; an undecodable body is an error, never an empty success.

An ordinary body is decoded in one pass, from JSON to models, with little Python code for a member, by a
schema made from that of the model. Whatever needs a conversion, a correction or a closer check is unusual:
the thorough way decodes that body, and alone decides what is an error.
"""

from __future__ import annotations

import codecs
from functools import cache
from math import isfinite
from typing import TYPE_CHECKING, Any, TypeVar, cast

from pydantic import ValidationError
from pydantic_core import SchemaValidator, core_schema

from hwtasks._core import new_error
from hwtasks._core.json_text import check_depth, parse_json
from hwtasks._core.model import MISSPELLINGS, Model
from hwtasks._core.scalars import OpenSet, Scalar, Timestamp
from hwtasks._generated.models import ErrorResponse

if TYPE_CHECKING:
    from collections.abc import Callable

    from hwtasks._core.errors import HwtasksError
    from hwtasks._core.response import Response

M = TypeVar("M", bound=Model)

_SUCCESS = 200
_DEPTH = 100
"""How deep the value of an undocumented member may be; with the members around it, that is no limit."""
_KEPT = frozenset({"metadata", "serialization", "config", "cls", "computed_fields", "ref"})
"""The parts of a schema that hold no schema for decoding."""


def success_of(model: type[M], response: Response) -> M:
    """Decode the body of a successful response. Raises the error of any other response."""
    if response.status != _SUCCESS:
        raise error_of(response)
    return body_of(model, response)._with_http_response(response)


def body_of(model: type[M], response: Response) -> M:
    """Decode a body. Raises a `DecodeError` that names the path of the mistyped value."""
    body = ordinary_body(model, response.raw_body)
    if body is not None:
        return body
    try:
        value = _json(response)
    except ValueError as error:
        raise new_error.decode(response, "", str(error)) from None
    if not isinstance(value, dict):
        raise new_error.decode(response, "", "expected a JSON object")
    try:
        return model.model_validate(value)
    except ValidationError as error:
        first = error.errors(include_url=False, include_context=False)[0]
        # The path of a missing field is that of its object.
        loc = first["loc"][:-1] if first["type"] == "missing" else first["loc"]
        what = f"missing field {first['loc'][-1]!r}" if first["type"] == "missing" else first["msg"]
        raise new_error.decode(response, path(loc), what) from None


def error_of(response: Response) -> HwtasksError:
    """Return the error of a response whose status is not the documented success."""
    if 400 <= response.status < 600:  # noqa: PLR2004
        return new_error.api(response, error_response(response))
    return new_error.unexpected(
        response,
        f"the service returned {response.status_line}, which is neither the documented success nor an "
        "error",
    )


def error_response(response: Response) -> ErrorResponse | None:
    """Decode the body of an error; `None` when it is not a JSON object."""
    try:
        return ErrorResponse.model_validate(_json(response))
    except ValueError:
        return None


def _json(response: Response) -> Any:
    return parse_json(response.raw_body.removeprefix(codecs.BOM_UTF8))


def path(loc: tuple[int | str, ...]) -> str:
    """Return the path of a value in a body: `tasks[0].id`."""
    text = ""
    for step in loc:
        text += f"[{step}]" if isinstance(step, int) else f".{step}" if text else step
    return text


class _UnusualError(Exception):
    """The body needs the thorough way."""


def ordinary_body(model: type[M], text: bytes) -> M | None:
    """Return the decoded body; `None` when it is unusual or invalid."""
    try:
        return cast("M", _reader(model)(text))
    except (ValidationError, _UnusualError):
        return None


@cache
def _reader(model: type[Model]) -> Callable[[bytes], Any]:
    try:
        schema = _quick(model.__pydantic_core_schema__)
        # Not with the decoders that the models have already: those are the thorough ones.
        return SchemaValidator(schema, _use_prebuilt=False).validate_json
    except (TypeError, _UnusualError):
        # Another pydantic calls it otherwise, or the model drops what nothing here would check.
        return _no_body


def _no_body(_: bytes) -> Any:
    raise _UnusualError


def _quick(schema: Any) -> Any:
    """Return a schema without what is slow, for ordinary bodies."""
    if isinstance(schema, list):
        return [_quick(part) for part in schema]
    if not isinstance(schema, dict):
        return schema
    kind = schema.get("type")
    if kind == "model" and schema["config"].get("extra_fields_behavior") != "allow":
        raise _UnusualError
    function = _function_of(schema)
    if kind == "function-before" and _is_method(function, Model._prepared):
        # A misspelled name is no field's, and is then found among the others.
        return _quick(schema["schema"])
    if kind == "function-plain" and _is_method(function, Scalar._read):
        return _scalar(function.__self__)
    if kind == "function-after" and isinstance(function, type) and issubclass(function, OpenSet):
        text = core_schema.str_schema(strict=True)
        return core_schema.no_info_after_validator_function(_Names(function).__getitem__, text)
    parts = {name: part if name in _KEPT else _quick(part) for name, part in schema.items()}
    if kind == "model-fields":
        parts["extras_schema"] = core_schema.no_info_plain_validator_function(_undocumented)
        if not set(MISSPELLINGS.values()).isdisjoint(schema["fields"]):
            names = core_schema.no_info_plain_validator_function(_undocumented_name)
            parts["extras_keys_schema"] = names
    return parts


def _function_of(schema: dict[Any, Any]) -> Any:
    function = schema.get("function")
    return function.get("function") if isinstance(function, dict) else None


def _is_method(function: Any, method: Any) -> bool:
    """Whether a function is this class method, of whichever class, and not one that overrides it."""
    return getattr(function, "__func__", None) is method.__func__


def _scalar(kind: type[Scalar]) -> Any:
    new = object.__new__

    def made(value: Any) -> Scalar:
        scalar = new(kind)
        scalar._raw = value
        return scalar

    def read(value: Any) -> Scalar:
        form = type(value)
        if form is str or form is int or (form is float and isfinite(value)):
            return made(value)
        raise _UnusualError

    if kind is Timestamp:
        # Of each task two are read, and a number is unusual.
        text = core_schema.str_schema(strict=True)
        return core_schema.no_info_after_validator_function(made, text)
    return core_schema.no_info_plain_validator_function(read)


class _Names(dict[str, OpenSet]):
    """The known names of an open set; makes any other when it is asked for."""

    def __init__(self, kind: type[OpenSet]) -> None:
        super().__init__((name, kind(name)) for name in kind.KNOWN)
        self._kind = kind

    def __missing__(self, name: str) -> OpenSet:
        return self._kind(name)


def _undocumented(value: Any) -> Any:
    """Return the value of a member without a field, if JSON can say it and it is not too deep."""
    kind = type(value)
    if kind is float and not isfinite(value):
        raise _UnusualError
    if kind is dict or kind is list:
        try:
            check_depth(value, _DEPTH)
        except ValueError:
            raise _UnusualError from None
    return value


def _undocumented_name(name: Any) -> Any:
    if name in MISSPELLINGS:
        raise _UnusualError
    return name
