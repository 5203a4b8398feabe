"""The base classes of the generated models."""

from __future__ import annotations

from copy import deepcopy
from typing import TYPE_CHECKING, Any, Self, TypeVar, overload

from pydantic import BaseModel, ConfigDict, TypeAdapter, ValidationError, model_validator
from pydantic_core import from_json

from hwtasks._core.scalars import EXACT, ErrorCode, Timestamp, text_of
from hwtasks._generated.names import TaskName, TaskStatus

if TYPE_CHECKING:
    from pydantic_core import ErrorDetails

    from hwtasks._core.response import Response

P = TypeVar("P")

_INTEGER = range(-(2**63), 2**63)
MISSPELT = {"new_cahce_mode": "new_cache_mode"}
"""Misspelled names of a document, with the correct name."""
_WHOLE = range(-(2**63), 2**64)


class Model(BaseModel):
    """A body of a service, decoded tolerantly.

    Numbers and strings convert where nothing is lost. Absent and null fields are equal. Undocumented
    fields are kept: `model.model_extra` holds them, and `model.model_dump()` writes them back.
    """

    # Strict, so that pydantic converts nothing by rules of its own.
    model_config = ConfigDict(strict=True, extra="allow", use_attribute_docstrings=True)
    # Outside of pydantic, so that it is neither compared nor copied nor written.
    __slots__ = ("_response",)

    @property
    def response(self) -> Response:
        """The HTTP response of this body.

        Raises `LookupError` for a body that no call returned: one made by hand, a copy, or a task in
        a list, whose response is that of the list.
        """
        response: Response | None = getattr(self, "_response", None)
        if response is None:
            raise LookupError(f"this {type(self).__name__} is not what a call returned")
        return response

    def _with_http_response(self, response: Response) -> Self:
        """Attach the HTTP response of this body."""
        object.__setattr__(self, "_response", response)
        return self

    @classmethod
    def model_validate(cls, obj: Any, **options: Any) -> Self:
        """Decode a parsed body. Raises pydantic's `ValidationError`.

        Fields of another JSON type are converted in a second pass, so that a body without them costs
        nothing extra.
        """
        try:
            return super().model_validate(obj, **options)
        except ValidationError as error:
            converted = _converted(obj, error.errors(include_url=False, include_context=False))
            if converted is None:
                raise
            return super().model_validate(converted, **options)

    @classmethod
    def model_validate_json(cls, json_data: str | bytes | bytearray, **options: Any) -> Self:
        """Parse and decode a body. Raises `ValueError` for invalid JSON, and `ValidationError`."""
        return cls.model_validate(from_json(json_data, allow_inf_nan=False), **options)


def _converted(value: Any, errors: list[ErrorDetails]) -> Any:
    """Return the value with each mistyped field converted; `None` when one cannot be."""
    converted = deepcopy(value)
    for error in errors:
        convert = _CONVERSIONS.get(error["type"])
        field = convert(error["input"]) if convert else None
        if field is None:
            return None
        *way, last = error["loc"]
        around = converted
        for step in way:
            around = around[step]
        if isinstance(around, dict):
            # With both spellings in the body, the first counts.
            last = next(name for name in around if MISSPELT.get(name, name) == last)
        around[last] = field
    return converted


def _text(value: object) -> str | None:
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
    if isinstance(value, str) and value.lstrip("-").isdecimal() and value.isascii():
        number = int(value) if len(value) <= len(str(2**64)) else 2**64
        return number if str(number) == value and number in _INTEGER else None
    return None


def _boolean(value: object) -> bool | None:
    return {"true": True, "false": False}.get(value) if isinstance(value, str) else None


_CONVERSIONS = {"string_type": _text, "int_type": _integer, "bool_type": _boolean}


class Task(Model):
    """The fields that the tasks of every operation have in common."""

    id: str
    name: TaskName | None = None
    status: TaskStatus | None = None
    created_at: Timestamp | None = None
    updated_at: Timestamp | None = None
    params: str | None = None

    @overload
    def parse_params(self) -> Any: ...

    @overload
    def parse_params(self, kind: type[P]) -> P | None: ...

    def parse_params(self, kind: Any = Any) -> Any:
        """Parse `params` as JSON; `None` when it is empty.

        `kind` is the type of the result, such as `dict[str, str]` or a pydantic model. Raises
        `ValueError` when the text is not JSON, or does not fit `kind`. Every Kafka example shows JSON
        here, but no document promises it.

        >>> Task(id="t", params='{"public_ip_id": "a"}').parse_params(dict[str, str])
        {'public_ip_id': 'a'}
        """
        if not self.params:
            return None
        return TypeAdapter(kind).validate_json(self.params)

    @property
    def began(self) -> Timestamp | None:
        """When the task started; `None` when that is absent or `""`, which means "unset"."""
        return None if self.created_at is None or self.created_at.is_unset else self.created_at


class FilledList(Model):
    """The base class of the DCS V2 list."""

    def _fill_only_task(self) -> None:
        """Copy the state and times beside `tasks` into the only task of the list.

        Values that the task has itself are kept. Does nothing for a list of another length, where it
        is unknown to which task they belong.
        """
        match getattr(self, "tasks", None):
            case [Task() as task]:
                task.status = task.status or getattr(self, "status", None)
                for name in ("created_at", "updated_at"):
                    own = getattr(task, name)
                    if own is None or own.is_unset:
                        setattr(task, name, getattr(self, name, None))


class Details(Model):
    """The base class of the details of a DCS task."""

    @model_validator(mode="before")
    @classmethod
    def _spell(cls, value: Any) -> Any:
        """Accept the misspelling of the Chinese example; the first spelling in the body counts."""
        if not isinstance(value, dict) or MISSPELT.keys().isdisjoint(value):
            return value
        spelled: dict[Any, Any] = {}
        for name, field in value.items():
            spelled.setdefault(MISSPELT.get(name, name), field)
        return spelled


_SPELLINGS = {
    "errorCode": "error_code",
    "errorExtMsg": "error_ext_msg",
    "errorMsg": "error_msg",
    "requestId": "request_id",
}
_CODES = {"error_code", "code"}
_TEXTS = {
    "error_msg",
    "error_ext_msg",
    "request_id",
    "message",
    "title",
    "encoded_authorization_message",
}


class ErrorBody(Model):
    """The base class of error bodies, decoded as tolerantly as possible.

    A field of an unusable JSON type counts as absent. Camel case counts as snake case.
    """

    @model_validator(mode="before")
    @classmethod
    def _lenient(cls, value: Any) -> Any:
        if not isinstance(value, dict):
            return value
        lenient: dict[Any, Any] = {}
        for name, field in value.items():
            right = _SPELLINGS.get(str(name), str(name))
            lenient.setdefault(right, _lenient_field(right, field))
        return lenient


def _lenient_field(name: str, field: Any) -> Any:
    scalar = isinstance(field, str | int | float)
    if name in _CODES:
        if isinstance(field, bool):
            return _text(field)
        return field if scalar else None
    if name in _TEXTS:
        return str(ErrorCode(field)) if scalar and not isinstance(field, bool) else _text(field)
    if name == "error":
        # `{"error": "text"}`: the text is the message.
        if scalar and not isinstance(field, str):
            field = _text(field)
        return {"message": field} if isinstance(field, str) else _object(field)
    return field


def _object(field: Any) -> Any:
    return field if isinstance(field, dict) else None
