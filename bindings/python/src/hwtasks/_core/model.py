"""The base classes of the generated models."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import TYPE_CHECKING, Any, ClassVar, Self, TypeVar, get_args, overload

from pydantic import (
    BaseModel,
    ConfigDict,
    GetCoreSchemaHandler,
    TypeAdapter,
    ValidationError,
)
from pydantic_core import CoreSchema, core_schema

from hwtasks._core.json_text import parse_json
from hwtasks._core.response import Response
from hwtasks._core.scalars import ErrorCode, Scalar, Timestamp
from hwtasks._core.tolerance import Odd, as_text, tolerated

P = TypeVar("P")

MISSPELLINGS = {"new_cahce_mode": "new_cache_mode"}
"""Misspelled names of a document, with the correct name."""


class Model(BaseModel):
    """A body of a service, decoded tolerantly.

    Numbers and strings convert where nothing is lost. Absent and null fields are equal. Undocumented
    fields are kept: `model.model_extra` holds them, and `model.model_dump()` writes them back. So is a
    member of an unexpected type; the field itself then is `None`, or `""` where it cannot be. Equality
    ignores both.
    """

    # Strict, so that pydantic converts nothing by rules of its own.
    model_config: ClassVar[ConfigDict] = ConfigDict(
        strict=True, extra="allow", use_attribute_docstrings=True
    )
    # Outside of pydantic, so that it is neither compared nor copied nor written.
    __slots__ = ("_response",)

    @property
    def response(self) -> Response:
        """The HTTP response of this body.

        Raises `AttributeError` for a body that no call returned: one made by hand, a copy, or a task in
        a list, whose response is that of the list.
        """
        response: Response | None = getattr(self, "_response", None)
        if response is None:
            raise AttributeError(f"this {type(self).__name__} is not what a call returned")
        return response

    def _with_http_response(self, response: Response) -> Self:
        """Attach the HTTP response of this body."""
        object.__setattr__(self, "_response", response)
        return self

    @classmethod
    def model_validate(cls, obj: Any, **options: Any) -> Self:
        """Decode a parsed body. Raises pydantic's `ValidationError`.

        Members of another JSON type are converted or set aside in further passes, so that a body
        without them costs nothing extra.
        """
        odd: list[Odd] = []
        while True:
            try:
                body = super().model_validate(obj, **options)
            except ValidationError as error:
                obj, more, is_changed = tolerated(cls, obj, error)
                if not is_changed:
                    raise
                odd += more
            else:
                break
        for member in odd:
            _set_aside(body, member)
        return body

    @classmethod
    def model_validate_json(cls, json_data: str | bytes | bytearray, **options: Any) -> Self:
        """Parse and decode a body. Raises `ValueError` for invalid JSON, and `ValidationError`."""
        return cls.model_validate(parse_json(json_data), **options)

    if not TYPE_CHECKING:

        def __getattr__(self, name: str) -> Any:
            if isinstance(getattr(type(self), name, None), property):
                # It has raised, and an undocumented member of its name does not stand for it.
                return object.__getattribute__(self, name)
            # A field whose member was set aside.
            field = type(self).__pydantic_fields__.get(name)
            if field is None:
                return super().__getattr__(name)
            return "" if field.is_required() else None

    def __setattr__(self, name: str, value: Any) -> None:
        super().__setattr__(name, value)
        extra = self.__pydantic_extra__
        if extra and name in extra and name in type(self).__pydantic_fields__:
            # Written back once.
            del extra[name]

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Model):
            return NotImplemented
        if type(self) is not type(other):
            return False
        if self.__dict__ == other.__dict__:
            return True
        # A member that was set aside leaves no field behind.
        fields = type(self).__pydantic_fields__
        return not len(self.__dict__) == len(other.__dict__) == len(fields) and all(
            getattr(self, name) == getattr(other, name) for name in fields
        )

    __hash__ = None  # type: ignore[assignment]  # a model can be changed

    @classmethod
    def _spelling(cls, name: str) -> str:
        """Return the name of the field that a member stands for."""
        return MISSPELLINGS.get(name, name)

    @classmethod
    def _prepared(cls, value: Any) -> Any:
        """Return a value as it is decoded; the first spelling that is not null counts."""
        if not isinstance(value, dict) or MISSPELLINGS.keys().isdisjoint(value):
            return value
        prepared: dict[Any, Any] = {}
        for name, member in value.items():
            right = cls._spelling(name)
            if name != right and prepared.get(right) is not None and member is not None:
                prepared[name] = member
            else:
                _prefer_first(prepared, right, member)
        return prepared

    @classmethod
    def _is_prepared(cls) -> bool:
        """Whether bodies of this model need to be prepared."""
        return not set(MISSPELLINGS.values()).isdisjoint(cls.__annotations__)

    @classmethod
    def __get_pydantic_core_schema__(
        cls, source: type[BaseModel], handler: GetCoreSchemaHandler
    ) -> CoreSchema:
        schema = handler(source)
        if not cls._is_prepared():
            return schema
        return core_schema.no_info_before_validator_function(cls._prepared, schema)


def _prefer_first(members: dict[Any, Any], name: str, member: Any) -> None:
    """Set a member unless it has a value: null is none."""
    if members.get(name) is None:
        members[name] = member


def _set_aside(body: Model, member: Odd) -> None:
    """Keep an odd member of a body where members without a field are kept."""
    model: Any = body
    for step in member.way:
        model = model[step] if isinstance(step, int) else getattr(model, step)
    model.__dict__.pop(member.name, None)
    model.__pydantic_fields_set__.discard(member.name)
    if not member.is_missing:
        model.__pydantic_extra__[member.name] = member.value


class ListBody(Model):
    """The base class of the bodies that hold a list of items.

    Iterates over its items, and has their number as its length.
    """

    def __len__(self) -> int:
        return len(self._items())

    def _items(self) -> list[Any]:
        """Return the items; the list itself, which can be changed."""
        raise NotImplementedError

    def _count(self) -> int | None:
        """Return how many items the service counted."""
        return None

    def _fill_only_item(self) -> None:
        """Copy the values beside the list into its only item."""


class Item(Model):
    """The base class of the items in lists."""

    def _identity(self) -> str:
        """Return the ID; `""` when there is none."""
        raise NotImplementedError

    def _label(self) -> str | None:
        """Return the name."""
        return None

    def _state(self) -> str | None:
        """Return the state."""
        return None

    def _started(self) -> Timestamp | None:
        """Return when it started, as the service wrote it."""
        return None

    def _began(self) -> Timestamp | None:
        """Return when it started; `None` when that is absent or unset."""
        started = self._started()
        return None if started is None or started.is_unset else started


class TaskItem(Item):
    """The base class of the tasks, which start and end."""

    if TYPE_CHECKING:
        params: str | None

    @property
    def began(self) -> Timestamp | None:
        """When the task started; `None` when that is absent or `""`, which means "unset"."""
        return self._began()

    @overload
    def parse_params(self) -> Any: ...

    @overload
    def parse_params(self, kind: type[P]) -> P | None: ...

    def parse_params(self, kind: Any = Any) -> Any:
        """Parse `params` as JSON; `None` when it is empty.

        `kind` is the type of the result, such as `dict[str, str]` or a pydantic model. Raises
        `ValueError` when the text is not JSON, or does not fit `kind`. Every Kafka example shows JSON
        here, but no document promises it.

        >>> from hwtasks import KafkaTask
        >>> KafkaTask(id="t", params='{"public_ip_id": "a"}').parse_params(dict[str, str])
        {'public_ip_id': 'a'}
        """
        if not self.params:
            return None
        return TypeAdapter(kind).validate_json(self.params)


def fill_only_item(body: Model, items: list[Any], names: tuple[str, ...]) -> None:
    """Copy the values beside a list into its only item.

    Values that the item has itself are kept. Does nothing for a list of another length, where it is
    unknown to which item they belong.
    """
    if len(items) != 1:
        return
    [item] = items
    for name in names:
        own = getattr(item, name)
        if not own or (isinstance(own, Scalar) and own.is_unset):
            setattr(item, name, getattr(body, name))


class ErrorBody(Model):
    """The base class of error bodies, decoded as tolerantly as possible.

    A member of an unusable JSON type counts as absent. Camel case counts as snake case. Text in place
    of an object is the first text of that object.
    """

    _kinds: ClassVar[Mapping[str, Any]]

    @classmethod
    def _spelling(cls, name: str) -> str:
        return _snake(str(name))

    @classmethod
    def _is_prepared(cls) -> bool:
        return True

    @classmethod
    def _prepared(cls, value: Any) -> Any:
        if not isinstance(value, dict):
            return value
        prepared: dict[Any, Any] = {}
        for name, member in value.items():
            right = cls._spelling(name)
            field = cls.__pydantic_fields__.get(right)
            if field is None:
                prepared.setdefault(name, member)
            else:
                _prefer_first(prepared, right, _lenient(field.annotation, member))
        return prepared


def _lenient(annotation: Any, member: Any) -> Any:
    """Return a member of an error body as its field takes it, where that can be."""
    if isinstance(member, bool):
        text: Any = as_text(member)
    elif isinstance(member, int | float):
        text = str(ErrorCode(member))
    else:
        text = member
    for kind in get_args(annotation) or (annotation,):
        if kind is ErrorCode:
            return text if isinstance(member, bool) else member
        if kind is str:
            return text
        if isinstance(kind, type) and issubclass(kind, ErrorBody) and isinstance(text, str):
            fields = kind.__pydantic_fields__.items()
            first = next(name for name, field in fields if str in get_args(field.annotation))
            return {first: text}
    return member


@cache
def _snake(name: str) -> str:
    """Return `error_code` of `errorCode`."""
    return "".join(f"_{c.lower()}" if c.isupper() else c for c in name)
