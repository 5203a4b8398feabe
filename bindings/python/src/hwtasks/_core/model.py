"""What the generated models have in common: how they read, and the answer they came in."""

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
"""Names that a document misspells, with what they mean."""
_WHOLE = range(-(2**63), 2**64)


class Model(BaseModel):
    """A body of a service, read tolerantly.

    Number and text convert where nothing is lost, absent and null read alike, and fields that no
    document knows are kept: `model.model_extra` has them, and `model.model_dump()` writes them back.
    """

    # Strict, so that pydantic converts nothing by rules of its own.
    model_config = ConfigDict(strict=True, extra="allow", use_attribute_docstrings=True)
    # Outside of pydantic, so that it is neither compared nor copied nor written.
    __slots__ = ("_response",)

    @property
    def response(self) -> Response:
        """The answer this body came in.

        Raises `LookupError` for a body that no call returned: one made by hand, a copy, and a task
        within a list, whose answer is the list's.
        """
        answer: Response | None = getattr(self, "_response", None)
        if answer is None:
            raise LookupError(f"this {type(self).__name__} is not what a call returned")
        return answer

    def came_in(self, response: Response) -> Self:
        """Remember the answer this body came in."""
        object.__setattr__(self, "_response", response)
        return self

    @classmethod
    def model_validate(cls, obj: Any, **options: Any) -> Self:
        """Read a body that has been parsed.

        Once, and when a field does not fit, once more with what can be converted converted: a
        success pays nothing for it. Raises pydantic's `ValidationError`.
        """
        try:
            return super().model_validate(obj, **options)
        except ValidationError as error:
            mended = _mended(obj, error.errors(include_url=False, include_context=False))
            if mended is None:
                raise
            return super().model_validate(mended, **options)

    @classmethod
    def model_validate_json(cls, json_data: str | bytes | bytearray, **options: Any) -> Self:
        """Parse and read a body. Raises `ValueError` for what is no JSON, and `ValidationError`."""
        return cls.model_validate(from_json(json_data, allow_inf_nan=False), **options)


def _mended(value: Any, errors: list[ErrorDetails]) -> Any:
    """Return the value with every odd field converted, or `None` when one cannot be."""
    mended = deepcopy(value)
    for error in errors:
        convert = _CONVERSIONS.get(error["type"])
        converted = convert(error["input"]) if convert else None
        if converted is None:
            return None
        *way, last = error["loc"]
        around = mended
        for step in way:
            around = around[step]
        if isinstance(around, dict):
            # Where both spellings come, the first counts.
            last = next(name for name in around if MISSPELT.get(name, name) == last)
        around[last] = converted
    return mended


def _text(value: object) -> str | None:
    if isinstance(value, bool):
        return "true" if value else "false"
    # A number too large for other parsers to keep its digits is no text.
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
    """What the tasks of every operation have in common, for code that takes any of them."""

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
        """Return the parameters of the task, parsed; `None` when there are none.

        With a `kind`, such as `dict[str, str]` or a pydantic model, as that. No document says that
        `params` holds JSON, though every Kafka example shows it, so text that is not JSON is to be
        expected. Raises `ValueError` for that, and for JSON that is not of the kind; `params` has the
        text.

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
    """What the body of the DCS V2 list can do."""

    def fill_only_task(self) -> None:
        """Give the only task of the list the state and times that stand beside `tasks`.

        Only those it has none of its own for. With more tasks than one, or none, nobody knows whose
        they are.
        """
        match getattr(self, "tasks", None):
            case [Task() as task]:
                task.status = task.status or getattr(self, "status", None)
                for name in ("created_at", "updated_at"):
                    own = getattr(task, name)
                    if own is None or own.is_unset:
                        setattr(task, name, getattr(self, name, None))


class Details(Model):
    """How the details of a DCS task are read."""

    @model_validator(mode="before")
    @classmethod
    def _spell(cls, value: Any) -> Any:
        """Read the Chinese example's misspelling; where both come, the first counts."""
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
    """How error bodies are read: one explains a failure, and must not cause another.

    A field whose JSON type makes no sense is read as absent, and camel case as snake case.
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
        # `{"error": "text"}`: the text is what went wrong.
        if scalar and not isinstance(field, str):
            field = _text(field)
        return {"message": field} if isinstance(field, str) else _object(field)
    return field


def _object(field: Any) -> Any:
    return field if isinstance(field, dict) else None
