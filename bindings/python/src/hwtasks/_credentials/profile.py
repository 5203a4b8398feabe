"""Keys from environment variables, and from the credentials file of the official SDKs."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

from hwtasks._config.environment import Environment
from hwtasks._core.errors import CredentialsError
from hwtasks._credentials.types import CachesCredentials, Credentials, CredentialsProvider

_ACCESS_KEY = "HUAWEICLOUD_SDK_AK"
_SECRET_KEY = "HUAWEICLOUD_SDK_SK"  # noqa: S105
_FILE = "HUAWEICLOUD_SDK_CREDENTIALS_FILE"
_PROFILE = "HWTASKS_PROFILE"
_DEFAULT_PROFILE = "basic"
_MAX_FILE_BYTES = 1024 * 1024
"""The size limit of a credentials file; a device has no end."""
_SYNTAX_ERROR = "is invalid: expected a [section], a key = value or a # comment"
# Such as quotes, or a comment at the end of the line, which this format does not have.
_NOT_IN_A_KEY = re.compile(r"[\s\x00-\x1f\x7f-\x9f\"']")


class EnvironmentProvider(CachesCredentials, CredentialsProvider):
    """Keys from the variables of the official SDKs.

    Reads `HUAWEICLOUD_SDK_AK` and `HUAWEICLOUD_SDK_SK`, and optionally
    `HUAWEICLOUD_SDK_SECURITY_TOKEN` and `HUAWEICLOUD_SDK_PROJECT_ID`. An empty variable counts as not
    set. One key without the other is an error. `environ` replaces the variables of the process.
    """

    def __init__(self, environ: Mapping[str, str] | None = None) -> None:
        self._environment = Environment(environ)

    @property
    def name(self) -> str:
        """The name of the provider in errors."""
        return "environment"

    def _cached(self, *, allow_stale: bool) -> Credentials:
        del allow_stale
        return self.provide()

    def provide(self) -> Credentials:
        """Return the keys; the variables are read at each call."""
        access_key = _get(self._environment, _ACCESS_KEY)
        secret_key = _get(self._environment, _SECRET_KEY)
        if access_key is None and secret_key is None:
            raise CredentialsError.not_configured(f"{_ACCESS_KEY} and {_SECRET_KEY} are not set")
        if access_key is None or secret_key is None:
            names = (_ACCESS_KEY, _SECRET_KEY)
            there, missing = names if secret_key is None else reversed(names)
            raise CredentialsError.invalid_configuration(
                f"{there} is set and {missing} is not: set both, or neither"
            )
        return Credentials.keys(
            access_key,
            secret_key,
            security_token=_get(self._environment, "HUAWEICLOUD_SDK_SECURITY_TOKEN"),
            project_id=_get(self._environment, "HUAWEICLOUD_SDK_PROJECT_ID"),
        )


def _get(environment: Environment, name: str) -> str | None:
    try:
        return environment.variable(name)
    except ValueError as error:
        raise CredentialsError.invalid_configuration(str(error)) from None


class ProfileProvider(CachesCredentials, CredentialsProvider):
    """Keys from the credentials file of the official SDKs, `~/.huaweicloud/credentials`.

    ```ini
    [basic]
    ak = AK...
    sk = SK...
    security_token = ...
    project_id = a4d31cb63d724fdc8ec96e3a41e47f71
    iam_endpoint = https://iam.cn-north-4.myhuaweicloud.com
    ```

    The last three keys are optional. `HUAWEICLOUD_SDK_CREDENTIALS_FILE` names another file, and
    `HWTASKS_PROFILE` another section than `basic`. A missing file or section counts as not
    configured, unless one of these variables is set. A file with a syntax error is an error that
    names the line. The file is read once, and again after the service has rejected its keys. Nothing
    is written. `environ` replaces the variables of the process.
    """

    def __init__(self, environ: Mapping[str, str] | None = None) -> None:
        self._environment = Environment(environ)
        self._current: Credentials | None = None

    @property
    def name(self) -> str:
        """The name of the provider in errors."""
        return "profile file"

    def _cached(self, *, allow_stale: bool) -> Credentials:
        del allow_stale
        return self.provide()

    def provide(self) -> Credentials:
        """Return the keys; the file is read at the first call."""
        current = self._current
        if current is None:
            current = self._current = self._read()
        return current

    def invalidate(self, rejected: Credentials) -> None:
        """Read the file again at the next call, if it gave these keys."""
        if self._current is not None and self._current._is_same(rejected):
            self._current = None

    def _read(self) -> Credentials:
        named = self._environment.path(_FILE)
        profile = _get(self._environment, _PROFILE)
        # A file or section that a variable names must exist.
        is_required = named is not None or profile is not None
        home = self._environment.home
        if named is None and home is None:
            raise _absent(
                f"the home directory is not known, and {_FILE} is not set", is_required=is_required
            )
        path = Path(named) if named else Path(home or "") / ".huaweicloud" / "credentials"
        try:
            with path.open("rb") as file:
                text = file.read(_MAX_FILE_BYTES + 1)
        except FileNotFoundError:
            fix = f": create it, or fix {_FILE}" if named else f": create it, or unset {_PROFILE}"
            message = f"{path} does not exist{fix if is_required else ''}"
            raise _absent(message, is_required=is_required) from None
        except (OSError, ValueError) as error:
            why = getattr(error, "strerror", None) or error
            raise CredentialsError.invalid_configuration(f"{path} cannot be read: {why}") from None
        if len(text) > _MAX_FILE_BYTES:
            raise CredentialsError.invalid_configuration(
                f"{path} cannot be read: it is larger than 1 MiB"
            )
        name = profile or _DEFAULT_PROFILE
        section = _Section.find(path, text, name)
        if section is None:
            raise _absent(f"{path} has no section [{name}]", is_required=is_required)
        return section.credentials().with_provider_name(f"{path} [{name}]")


def _absent(message: str, *, is_required: bool) -> CredentialsError:
    return CredentialsError(message, is_not_configured=not is_required)


def _invalid(path: Path, line: int, why: str) -> CredentialsError:
    return CredentialsError.invalid_configuration(f"{path}:{line}: {why}")


class _Entry(NamedTuple):
    line: int
    key: str
    value: str


class _Section:
    """A section of a credentials file; its messages show names, and no values."""

    def __init__(self, path: Path, name: str, line: int) -> None:
        self._path = path
        self._name = name
        self._line = line
        self._entries: list[_Entry] = []

    @classmethod
    def find(cls, path: Path, content: bytes, wanted: str) -> _Section | None:
        try:
            # Some editors begin a file with a byte order mark.
            text = content.decode("utf-8-sig")
        except UnicodeDecodeError as error:
            number = content[: error.start].count(b"\n") + 1
            raise _invalid(path, number, "is not UTF-8 text: save the file as UTF-8") from None
        found: _Section | None = None
        within: _Section | None = None
        for number, whole in enumerate(text.split("\n"), 1):
            line = whole.strip()
            if not line or line[0] in "#;":
                continue
            if line.startswith("["):
                if not line.endswith("]"):
                    raise _invalid(path, number, _SYNTAX_ERROR)
                within = None
                if line[1:-1].strip() == wanted:
                    if found is not None:
                        why = f"[{wanted}] is here a second time: keep one of the two"
                        raise _invalid(path, number, why)
                    within = found = cls(path, wanted, number)
                continue
            key, *value = re.split("[=:]", line, maxsplit=1)
            if not key or not value:
                raise _invalid(path, number, _SYNTAX_ERROR)
            if within is not None:
                entry = _Entry(number, key.strip().lower(), value[0].strip())
                within._entries.append(entry)
        return found

    def credentials(self) -> Credentials:
        return Credentials.keys(
            self._needed("ak"),
            self._needed("sk"),
            security_token=self._value("security_token"),
            project_id=self._value("project_id"),
            iam_endpoint=self._value("iam_endpoint"),
        )

    def _needed(self, key: str) -> str:
        value = self._value(key)
        if value is None:
            why = f"[{self._name}] has no {key}: add a line {key} = ..."
            raise _invalid(self._path, self._line, why)
        return value

    def _value(self, key: str) -> str | None:
        """Return the value of a key; `None` when it is missing or empty."""
        entries = [entry for entry in self._entries if entry.key == key]
        if len(entries) > 1:
            why = f"[{self._name}] has more than one {key}: keep one of them"
            raise _invalid(self._path, entries[1].line, why)
        if not entries:
            return None
        if _NOT_IN_A_KEY.search(entries[0].value):
            why = (
                f"the {key} of [{self._name}] has blanks or quotes in it: give its bare value and "
                "nothing else on the line, no comment either"
            )
            raise _invalid(self._path, entries[0].line, why)
        return entries[0].value or None
