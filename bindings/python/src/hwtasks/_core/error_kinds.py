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
    """The reason of an error of configuration, of credentials or of a 401.

    New reasons may be added.
    """

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
    KEY_LOCKED = "key_locked"
    """The gateway locked the access key (401) after more than five refused requests.

    The lock ends after five minutes without a request; fix the keys first.
    """
    UNKNOWN_ACCESS_KEY = "unknown_access_key"
    """The gateway does not know the access key (401): it is mistyped, deleted or of another cloud."""
    WRONG_SECRET_KEY = "wrong_secret_key"  # noqa: S105
    """The secret key does not belong to the access key (401), or has a blank at one end."""
    SIGNATURE_EXPIRED = "signature_expired"
    """The date of the signature is too far from the service's time (401).

    It was still after it was corrected by the service's own clock.
    """
    TOKEN_EXPIRED = "token_expired"  # noqa: S105
    """The token has expired (401)."""
    INVALID_TOKEN = "invalid_token"  # noqa: S105
    """The gateway cannot read the token (401): it is cut, or another cloud or region issued it."""
