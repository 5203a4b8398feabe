"""The kinds of errors and the reasons of configuration errors."""

from __future__ import annotations

from enum import StrEnum


class ErrorKind(StrEnum):
    """The kind of an error; new kinds may be added."""

    INVALID_INPUT = "invalid_input"
    """An argument or the configuration is not valid; nothing was sent."""
    CREDENTIALS = "credentials"
    """No provider gave credentials; nothing was sent."""
    TRANSPORT = "transport"
    """No complete response: no connection, a broken one, or a timeout."""
    API = "api"
    """The service or the gateway returned an error status."""
    DECODE = "decode"
    """The body of a successful response cannot be decoded."""
    BODY_TOO_LARGE = "body_too_large"
    """The response is larger than the body limit."""
    UNEXPECTED = "unexpected"
    """A response that is neither the documented success nor an error, or that does not fit the call."""
    TASK_FAILED = "task_failed"
    """The awaited task ended as FAILED, CANCELLED or DELETED."""
    TASK_NOT_FOUND = "task_not_found"
    """The awaited task was missing for longer than the grace period."""
    WAIT_TIMED_OUT = "wait_timed_out"
    """The wait reached its timeout before the task ended."""


class ErrorReason(StrEnum):
    """The reason of an error of configuration or credentials; new reasons may be added."""

    NO_REGION = "no_region"
    """No region is set, and no endpoint either."""
    NO_ENDPOINT = "no_endpoint"
    """The called service has no endpoint."""
    NO_PROJECT = "no_project"
    """No project ID is set, and none can be looked up."""
    AMBIGUOUS_PROJECT = "ambiguous_project"
    """IAM does not list exactly one project with the name of the region."""
    INVALID_REGION = "invalid_region"
    """The region is not a region ID."""
    INVALID_URL = "invalid_url"
    """An endpoint or a proxy is not a URL that the client accepts."""
    NO_CREDENTIALS = "no_credentials"
    """No source is configured with credentials."""
    PROVIDER_FAILED = "provider_failed"
    """A credentials provider is configured, and failed."""
