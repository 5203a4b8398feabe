"""Reads bodies: what is not understood is an error, and never an empty success."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

from pydantic import ValidationError
from pydantic_core import from_json

from hwtasks._core import new_error
from hwtasks._core.model import Model
from hwtasks._generated.models import ErrorResponse

if TYPE_CHECKING:
    from hwtasks._core.errors import HwtasksError
    from hwtasks._core.response import Response

M = TypeVar("M", bound=Model)

_SUCCESS = 200


def answer_of(model: type[M], answer: Response) -> M:
    """Read the body of an operation's answer. Raises the `HwtasksError` that any other answer is."""
    if answer.status != _SUCCESS:
        raise answered(answer)
    return body_of(model, answer).came_in(answer)


def body_of(model: type[M], answer: Response) -> M:
    """Read a body. Raises an `HwtasksError` that names the place that is not what the document describes."""
    try:
        value = from_json(answer.raw_body, allow_inf_nan=False)
    except ValueError as error:
        raise new_error.decode(answer, "", str(error)) from None
    if not isinstance(value, dict):
        raise new_error.decode(answer, "", "expected a JSON object")
    try:
        return model.model_validate(value)
    except ValidationError as error:
        first = error.errors(include_url=False, include_context=False)[0]
        # A member that is missing is missing in the object around it.
        loc = first["loc"][:-1] if first["type"] == "missing" else first["loc"]
        what = f"missing field {first['loc'][-1]!r}" if first["type"] == "missing" else first["msg"]
        raise new_error.decode(answer, path(loc), what) from None


def answered(answer: Response) -> HwtasksError:
    """Return the error for an answer with another status than the documented success."""
    if 400 <= answer.status < 600:  # noqa: PLR2004
        return new_error.api(answer, error_response(answer))
    return new_error.unexpected(
        answer,
        f"the service returned {answer.status_line}, which is neither the documented success nor an "
        "error",
    )


def error_response(answer: Response) -> ErrorResponse | None:
    """Read the body of an error; `None` when it is not a JSON object."""
    try:
        return ErrorResponse.model_validate(from_json(answer.raw_body, allow_inf_nan=False))
    except ValueError:
        return None


def path(loc: tuple[int | str, ...]) -> str:
    """A place in a body: `tasks[0].id`."""
    text = ""
    for step in loc:
        text += f"[{step}]" if isinstance(step, int) else f".{step}" if text else step
    return text
