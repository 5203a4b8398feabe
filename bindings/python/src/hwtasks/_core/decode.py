"""Decodes response bodies; an undecodable body is an error, never an empty success."""

from __future__ import annotations

import codecs
from typing import TYPE_CHECKING, Any, TypeVar

from pydantic import ValidationError

from hwtasks._core import new_error
from hwtasks._core.json_text import parse_json
from hwtasks._core.model import Model
from hwtasks._core.quick import ordinary_body
from hwtasks._generated.models import ErrorResponse

if TYPE_CHECKING:
    from hwtasks._core.errors import HwtasksError
    from hwtasks._core.response import Response

M = TypeVar("M", bound=Model)

_SUCCESS = 200


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
