"""The names of the options, as signatures show them and as mistakes spell them."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from difflib import get_close_matches
from inspect import Parameter, Signature
from typing import Any, TypeVar, get_type_hints

from hwtasks._config.options import DEFAULTS, AsyncClientOptions

F = TypeVar("F", bound=Callable[..., Any])

_KEYS = "credentials=Credentials.keys(access_key, secret_key)"
_INSTEAD = {
    "ak": _KEYS,
    "sk": _KEYS,
    "access_key": _KEYS,
    "secret_key": _KEYS,
    "retries": "retry_policy=RetryPolicy(max_attempts=...)",
    "max_retries": "retry_policy=RetryPolicy(max_attempts=...)",
    "ca_certs": "verify",
    "ssl_context": "verify",
    "cert": "verify=ssl_context, with its load_cert_chain",
    "proxies": "proxy",
    "endpoint": "dcs_endpoint and kafka_endpoint",
    "base_url": "dcs_endpoint and kafka_endpoint",
}
"""The options for names of other packages."""


def check_names(given: Iterable[str]) -> None:
    """Raise `TypeError` for a name that is none of an option, with the option that may be meant."""
    known = get_type_hints(AsyncClientOptions)
    for name in given:
        if name not in known:
            close = get_close_matches(name, known, 1)
            meant = _INSTEAD.get(name) or (close[0] if close else None)
            hint = (
                f": use {meant}"
                if name in _INSTEAD
                else f": did you mean {meant}?"
                if meant
                else ""
            )
            raise TypeError(f"a client has no option {name}{hint}")


def shows(options: type) -> Callable[[F], F]:
    """Show the options as keyword parameters in the signature of a function."""
    parameters = []
    for name, kind in get_type_hints(options).items():
        default = DEFAULTS.get(name)
        annotation = kind if default is not None else kind | None
        parameters.append(
            Parameter(name, Parameter.KEYWORD_ONLY, default=default, annotation=annotation)
        )

    def decorate(function: F) -> F:
        own = Parameter(
            "cls" if function.__name__ == "from_env" else "self", Parameter.POSITIONAL_ONLY
        )
        function.__signature__ = Signature([own, *parameters])  # type: ignore[attr-defined]
        return function

    return decorate
