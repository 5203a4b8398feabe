"""Tolerant scalars: the values whose form the documents leave open or contradict.

Each accepts every form the documents show, and is written back in the form it came in, so reading a
body and writing it again loses nothing.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from string import ascii_lowercase, ascii_uppercase
from typing import Annotated, Any, ClassVar, Self

from pydantic import Field, GetCoreSchemaHandler
from pydantic_core import CoreSchema, PydanticCustomError, core_schema

EXACT = 2**53
"""From here on a double stands for more than one whole number."""

Integer = Annotated[int, Field(ge=-(2**63), lt=2**63)]
"""A whole number of 64 bits; what is larger is not decoded as one, in any language."""

_CAPITALS = str.maketrans(ascii_lowercase, ascii_uppercase)
_FORMS = frozenset({str, int, float})
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_NUMBER = re.compile(r"[+-]?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][+-]?[0-9]+)?", re.ASCII)
_DIGITS = re.compile(r"[0-9]+", re.ASCII)
_BLANKS = " \t\r\n"
_TIME = re.compile(
    r"([0-9]{4}-[0-9]{2}-[0-9]{2})[Tt ]((?:[01][0-9]|2[0-3]):[0-9]{2}):([0-9]{2})(\.[0-9]+)?"
    r"(?:[Zz]|([+-](?:[01][0-9]|2[0-3]):[0-5][0-9]))",
    re.ASCII,
)
_LAST_MILLISECOND = 253_402_300_799_999


def text_of(number: float) -> str:
    """A number in its shortest exact form, without an exponent."""
    if isinstance(number, int):
        return str(number)
    # Without the sign of zero, which not every parser keeps.
    text = format(Decimal(repr(number + 0.0)), "f")
    return text.removesuffix(".0")


class Scalar:
    """A JSON string or number, kept in the form it came in.

    Compares equal to the value it came as: `TaskCount("4") == "4"`, and not to `4`.
    """

    __slots__ = ("_raw",)
    _raw: str | int | float

    def __init__(self, raw: str | float) -> None:
        if isinstance(raw, bool) or not isinstance(raw, str | int | float):
            raise TypeError(f"{type(self).__name__} takes a string or a number")
        self._raw = raw

    @property
    def raw(self) -> str | int | float:
        """The value as it came."""
        return self._raw

    @property
    def is_unset(self) -> bool:
        """Whether the value is the empty string, by which the documents mean "unset"."""
        return self._raw == ""

    def __str__(self) -> str:
        return self._raw if isinstance(self._raw, str) else text_of(self._raw)

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self._raw!r})"

    def __eq__(self, other: object) -> bool:
        if isinstance(other, Scalar):
            return type(self) is type(other) and self._raw == other._raw
        if isinstance(other, str | int | float):
            return self._raw == other
        return NotImplemented

    def __hash__(self) -> int:
        return hash(self._raw)

    def __reduce__(self) -> tuple[type[Self], tuple[str | float]]:
        return type(self), (self._raw,)

    @classmethod
    def _read(cls, value: object) -> Self:
        # Of each body many are read, and nearly all are text.
        if type(value) in _FORMS:
            made = object.__new__(cls)
            made._raw = value  # type: ignore[assignment]  # one of the forms
            return made
        if isinstance(value, cls):
            return value
        raise PydanticCustomError("string_or_number", "Input should be a string or a number")

    @classmethod
    def __get_pydantic_core_schema__(cls, _: Any, __: GetCoreSchemaHandler) -> CoreSchema:
        forms = [core_schema.str_schema(), core_schema.int_schema(), core_schema.float_schema()]
        return core_schema.no_info_plain_validator_function(
            cls._read,
            json_schema_input_schema=core_schema.union_schema(list(forms)),
            serialization=core_schema.plain_serializer_function_ser_schema(
                lambda value: value.raw, return_schema=core_schema.union_schema(list(forms))
            ),
        )


class TaskCount(Scalar):
    """How many tasks the service counted, as a JSON string or number.

    Every document types it as a string; the DCS V2 examples show the number `1`. The Kafka example
    says `"4"` and holds two tasks, so it may be a total or the size of the page: never page by it.

    >>> TaskCount("4").get(), TaskCount(4).get(), TaskCount("").get()
    (4, 4, None)
    >>> int(TaskCount("4"))
    4
    """

    __slots__ = ()

    def __int__(self) -> int:
        count = self.get()
        if count is None:
            raise ValueError(
                f"{str(self)[:64]!r} is not a number of tasks: `get` returns None for it"
            )
        return count

    def get(self) -> int | None:
        """Return the count, or `None` when what came is not a whole number of tasks below 2**64.

        A text is digits, with blanks around them at most: `"4"` and `"004"`, not `"4.0"` or `"+4"`.
        """
        raw = self._raw
        if isinstance(raw, str):
            text = raw.strip(_BLANKS)
            if not _DIGITS.fullmatch(text):
                return None
            text = text.lstrip("0")
            count = int(text or "0") if len(text) <= len(str(2**64)) else -1
        elif isinstance(raw, int):
            count = raw
        else:
            count = int(raw) if raw.is_integer() and raw < EXACT else -1
        return count if 0 <= count < 2**64 else None


class Capacity(Scalar):
    """A memory size in gigabytes, as a JSON string or number.

    The documents type it as a string; the DCS V2 examples show the numbers `0.125` and `0.25`, newer
    ones the strings `"0.125"` and `"0.25"`, and V1.0 shows `""` for "not applicable".

    >>> Capacity("0.125").gigabytes, Capacity(0.125).gigabytes, Capacity("").gigabytes
    (0.125, 0.125, None)
    """

    __slots__ = ()

    @property
    def gigabytes(self) -> float | None:
        """The size in gigabytes, or `None` when it is unset or not a number."""
        raw = self._raw
        if isinstance(raw, str):
            text = raw.strip(_BLANKS)
            if not _NUMBER.fullmatch(text):
                return None
            value = float(text)
        else:
            try:
                value = float(raw)
            except OverflowError:
                return None
        return value if math.isfinite(value) else None


class ErrorCode(Scalar):
    """An error code, as a JSON string or number.

    The services and the gateway write strings (`"DCS.4070"`, `"APIGW.0301"`, `"111404022"`); IAM
    writes the number `401`.
    """

    __slots__ = ()

    @classmethod
    def _read(cls, value: object) -> Self:
        if isinstance(value, bool):
            value = "true" if value else "false"
        return super()._read(value)


class Timestamp(Scalar):
    """A point in time as a body spells it, parsed on demand.

    The documents show RFC 3339 text in UTC with milliseconds (`2020-06-17T07:38:42.503Z`), and V1.0
    shows `""` for "unset". A text that is no time is kept as it is, so that one odd value never
    costs the page.

    >>> Timestamp("2020-06-17T07:38:42.503Z").get()
    datetime.datetime(2020, 6, 17, 7, 38, 42, 503000, tzinfo=datetime.timezone.utc)
    >>> Timestamp("").is_unset
    True

    Timestamps order by their points in time, with each other and with a `datetime` that has a time
    zone. A format applies to the point in time. Both raise `ValueError` when it cannot be read. Two
    timestamps are equal when they came alike; a timestamp equals the `datetime` of its point in time,
    but has the hash of what came.

    >>> from datetime import UTC, datetime
    >>> Timestamp("2020-06-17T07:38:42Z") < datetime(2021, 1, 1, tzinfo=UTC)
    True
    >>> f"{Timestamp('2020-06-17T07:38:42Z'):%d %B %Y}"
    '17 June 2020'
    """

    __slots__ = ()

    def __eq__(self, other: object) -> bool:
        if isinstance(other, datetime):
            return self.get() == other
        return super().__eq__(other)

    def __hash__(self) -> int:
        return super().__hash__()

    def __lt__(self, other: Timestamp | datetime) -> bool:
        return NotImplemented if (time := _moment(other)) is None else self.parse() < time

    def __le__(self, other: Timestamp | datetime) -> bool:
        return NotImplemented if (time := _moment(other)) is None else self.parse() <= time

    def __gt__(self, other: Timestamp | datetime) -> bool:
        return NotImplemented if (time := _moment(other)) is None else self.parse() > time

    def __ge__(self, other: Timestamp | datetime) -> bool:
        return NotImplemented if (time := _moment(other)) is None else self.parse() >= time

    def __format__(self, spec: str) -> str:
        return format(self.parse(), spec) if "%" in spec else format(str(self), spec)

    @classmethod
    def of(cls, time: datetime) -> Self:
        """Return a timestamp as the documents write one: UTC with milliseconds.

        Raises `ValueError` for a time without a time zone.
        """
        text = aware(time).astimezone(UTC).isoformat(timespec="milliseconds")
        return cls(text.replace("+00:00", "Z"))

    def get(self) -> datetime | None:
        """Return the point in time, in UTC; `None` when it is unset or cannot be read."""
        try:
            return self.parse()
        except ValueError:
            return None

    def parse(self) -> datetime:
        """Return the point in time: RFC 3339 text, or a whole number of milliseconds since 1970 UTC.

        The text has seconds and an offset. A leap second is the second before it. A `datetime` knows
        microseconds, of the years 1 to 9999; what is finer is cut off. Raises `ValueError`, which shows
        what came, when the value is unset or is not a time.
        """
        raw = self._raw
        if isinstance(raw, str):
            return parse_time(raw)
        if isinstance(raw, float) and not raw.is_integer():
            raise not_a_time(text_of(raw), "it is not a whole number")
        if abs(raw) <= _LAST_MILLISECOND:
            try:
                return _EPOCH + timedelta(milliseconds=int(raw))
            except OverflowError:
                pass
        raise not_a_time(text_of(raw), "it is not in the years 1 to 9999")


def _moment(value: object) -> datetime | None:
    """Return the point in time of a timestamp or a `datetime`; `None` for any other value."""
    if isinstance(value, Timestamp):
        return value.parse()
    return aware(value) if isinstance(value, datetime) else None


def not_a_time(value: str, why: str) -> ValueError:
    """Return the error for a value that is not a time; a body may hold anything, so it is cut."""
    return ValueError(f"{value[:64]!r} is not a time like 2020-06-17T07:38:42.503Z: {why}")


def parse_time(text: str) -> datetime:
    """Read RFC 3339 text; the result is in UTC. Raises `ValueError` otherwise."""
    if not text:
        raise not_a_time(text, "it is unset")
    found = _TIME.fullmatch(text)
    if not found:
        raise not_a_time(text, "it is not RFC 3339 with an offset from UTC")
    day, minute, second, fraction, offset = found.groups()
    # A leap second is a second that datetime does not know.
    second = "59" if second == "60" else second
    # Python 3.11 takes 3 or 6 digits and capitals.
    fraction = fraction[:7].ljust(7, "0") if fraction else ""
    try:
        time = datetime.fromisoformat(f"{day}T{minute}:{second}{fraction}{offset or '+00:00'}")
        return time.astimezone(UTC)
    except (ValueError, OverflowError) as error:
        raise not_a_time(text, str(error)) from None


def aware(time: datetime) -> datetime:
    """Return the time itself. Raises `ValueError` when it has no time zone, so that none is guessed."""
    if time.utcoffset() is None:
        raise ValueError(f"{time.isoformat()} has no time zone: add one, such as datetime.UTC")
    return time


def compact(time: datetime) -> str:
    """Return a second as the queries spell it, `yyyyMMddHHmmss` in UTC."""
    time = time.astimezone(UTC)
    return f"{time.year:04}{time:%m%d%H%M%S}"


class OpenSet(str):
    """A name of an open set: some values are known, and any other is kept as it came."""

    __slots__ = ()
    KNOWN: ClassVar[Mapping[str, str]] = {}
    """Every known value with its meaning."""

    @classmethod
    def known(cls) -> tuple[Self, ...]:
        """Return every known value, in the order of the documents."""
        return tuple(cls(value) for value in cls.KNOWN)

    @property
    def is_known(self) -> bool:
        """Whether the value is one the documents list."""
        return str(self) in self.KNOWN

    def __repr__(self) -> str:
        return f"{type(self).__name__}({str(self)!r})"

    def __str__(self) -> str:
        return str.__str__(self)

    @classmethod
    def __get_pydantic_core_schema__(cls, _: Any, __: GetCoreSchemaHandler) -> CoreSchema:
        return core_schema.no_info_after_validator_function(
            cls,
            core_schema.str_schema(strict=True),
            serialization=core_schema.plain_serializer_function_ser_schema(
                str, return_schema=core_schema.str_schema()
            ),
        )


class Status(OpenSet):
    """What a task's state can tell, whatever states are known."""

    __slots__ = ()
    TERMINAL: ClassVar[frozenset[str]] = frozenset()
    """The states in which nothing changes any more."""

    @property
    def is_terminal(self) -> bool:
        """Whether the task can change no more: its state is one of `TERMINAL`, in whatever case.

        An unknown state counts as still changing.
        """
        return upper_ascii(self) in self.TERMINAL


def upper_ascii(text: str) -> str:
    """Return the text with the capitals of its ASCII letters, as a state is compared."""
    return text.translate(_CAPITALS)
