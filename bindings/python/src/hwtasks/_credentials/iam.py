"""Decodes the responses of IAM."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pydantic import BaseModel

from hwtasks._core import new_error
from hwtasks._core.decode import body_of, error_of
from hwtasks._core.error_kinds import ErrorReason
from hwtasks._core.errors import CredentialsError
from hwtasks._core.model import Model
from hwtasks._core.scalars import parse_time
from hwtasks._credentials.check import project_flaw, secret_flaw
from hwtasks._credentials.types import Credentials

if TYPE_CHECKING:
    from hwtasks._core.response import Response

_OK, _CREATED = 200, 201


class _TokenProject(BaseModel):
    id: str


class _Token(BaseModel):
    expires_at: str
    project: _TokenProject | None = None


class _TokenBody(Model):
    token: _Token


class _Project(BaseModel):
    id: str
    name: str


class _Projects(Model):
    projects: list[_Project]


def token_of(response: Response) -> Credentials:
    """Return the token in the response to a login."""
    if response.status != _CREATED:
        raise error_of(response)
    token = response.headers.get("x-subject-token")
    if not token:
        raise CredentialsError.invalid_configuration(
            "the response of IAM has no token in X-Subject-Token"
        )
    about = body_of(_TokenBody, response).token
    try:
        expiry = parse_time(about.expires_at)
    except ValueError:
        raise CredentialsError.invalid_configuration(
            "the response of IAM does not say when the token expires"
        ) from None
    project_id = about.project.id if about.project else None
    flaws = {"token": secret_flaw(token), "project ID": project_id and project_flaw(project_id)}
    for what, flaw in flaws.items():
        if flaw:
            raise CredentialsError.invalid_configuration(
                f"in the response of IAM, the {what} {flaw}"
            )
    return Credentials.token(token, project_id=project_id, expires_at=expiry)


def project_named(name: str, response: Response) -> str:
    """Return the ID of the only project with this name."""
    if response.status != _OK:
        raise error_of(response)
    named = [p.id for p in body_of(_Projects, response).projects if p.name == name]
    if len(named) != 1:
        raise new_error.unexpected(
            response,
            f"IAM has {len(named)} projects named {name!r}: set the project ID",
        )._with_reason(ErrorReason.AMBIGUOUS_PROJECT)
    flaw = project_flaw(named[0])
    if flaw is not None:
        raise new_error.unexpected(response, f"in the response of IAM, the project ID {flaw}")
    return named[0]
