"""Keys from environment variables, and from the credentials file of the official SDKs."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import NamedTuple, Self

from hwtasks._config.endpoint import region_id
from hwtasks._config.environment import Environment
from hwtasks._core.errors import CredentialsError, HwtasksError
from hwtasks._credentials.check import project_flaw, secret_flaw
from hwtasks._credentials.types import CachesCredentials, Credentials, CredentialsProvider

_ACCESS_KEY = "HUAWEICLOUD_SDK_AK"
_SECRET_KEY = "HUAWEICLOUD_SDK_SK"  # noqa: S105
_FILE = "HUAWEICLOUD_SDK_CREDENTIALS_FILE"
_PROFILE = "HWTASKS_PROFILE"
_DEFAULT_PROFILE = "basic"
_MAX_FILE_BYTES = 1024 * 1024
"""The size limit of a credentials file; a device has no end."""
_SYNTAX_ERROR = "is invalid: expected a [section], a key = value or a # comment"


class EnvironmentProvider(CachesCredentials, CredentialsProvider):
    """Keys from the variables of the official SDKs.

    Reads `HUAWEICLOUD_SDK_AK` and `HUAWEICLOUD_SDK_SK`, and optionally
    `HUAWEICLOUD_SDK_SECURITY_TOKEN` and `HUAWEICLOUD_SDK_PROJECT_ID`. An empty variable counts as not
    set. One key without the other is an error, and so is a value with a blank, a line break, a quote
    or an invisible character: the error names the variable. `environ` replaces the variables of the
    process.
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
        access_key = self._checked(_ACCESS_KEY, "access key", secret_flaw)
        secret_key = self._checked(_SECRET_KEY, "secret key", secret_flaw)
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
            security_token=self._checked(
                "HUAWEICLOUD_SDK_SECURITY_TOKEN", "security token", secret_flaw
            ),
            project_id=self._checked("HUAWEICLOUD_SDK_PROJECT_ID", "project ID", project_flaw),
        ).with_provider_name(f"{_ACCESS_KEY} and {_SECRET_KEY}")

    def _checked(self, name: str, what: str, flaw_of: Callable[[str], str | None]) -> str | None:
        value = _get(self._environment, name)
        flaw = None if value is None else flaw_of(value)
        if flaw is not None:
            raise CredentialsError.invalid_configuration(
                f"{name}: the {what} {flaw}: set its bare value"
            )
        return value


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
    region = cn-north-4
    ```

    The last four keys are optional. The region is that of a client for which neither an option nor a
    variable sets one, wherever its credentials come from. `HUAWEICLOUD_SDK_CREDENTIALS_FILE` names
    another file, and `HWTASKS_PROFILE` another section than `basic`. A missing file or section counts
    as not configured, unless one of these variables is set. A file with a syntax error is an error
    that names the line, and so is a value with a blank, a quote or an invisible character. The file is
    read once, and again after the service has rejected its keys. Nothing is written. `environ`
    replaces the variables of the process.
    """

    def __init__(self, environ: Mapping[str, str] | None = None) -> None:
        self._environment = Environment(environ)
        self._current: Credentials | None = None
        self._first: ProfileFile | None = None

    @classmethod
    def _with_first_read(cls, environ: Mapping[str, str] | None, file: ProfileFile | None) -> Self:
        """Return a provider with the file as it was read for its region.

        The first call uses it: what is behind a pipe can be read once.
        """
        made = cls(environ)
        made._first = file
        return made

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
        file, self._first = self._first or ProfileFile.read(self._environment), None
        return file.credentials()


class ProfileFile:
    """A credentials file as it was read, and the section that is used; `repr` shows no value."""

    def __init__(self, path: Path, name: str, text: bytes, *, is_required: bool) -> None:
        self._path = path
        self._name = name
        self._text = text
        self._is_required = is_required

    @classmethod
    def read(cls, environment: Environment) -> Self:
        """Read the file that the environment names, or else the one in the home directory."""
        named = environment.path(_FILE)
        profile = _get(environment, _PROFILE)
        # A file or section that a variable names must exist.
        is_required = named is not None or profile is not None
        home = environment.home
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
        return cls(path, profile or _DEFAULT_PROFILE, text, is_required=is_required)

    @property
    def place(self) -> str:
        """The path and the section, for people."""
        return f"{self._path} [{self._name}]"

    def credentials(self) -> Credentials:
        """Return the keys of the section. Raises `CredentialsError` when it has none."""
        section = _Section.find(self._path, self._text, self._name)
        found = None if section is None else section.credentials()
        if found is None:
            raise self._without_section()
        return found.with_provider_name(self.place)

    def region(self) -> str | None:
        """Return the region of the section; `None` when it has none."""
        section = _Section.find(self._path, self._text, self._name)
        if section is None:
            if self._is_required:
                raise self._without_section()
            return None
        return section.region()

    def _without_section(self) -> CredentialsError:
        return _absent(f"{self._path} has no section [{self._name}]", is_required=self._is_required)


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

    def credentials(self) -> Credentials | None:
        """Return the keys; `None` for a section that keeps a region and no keys."""
        if not self._value("ak") and not self._value("sk") and self._value("region"):
            return None
        return Credentials.keys(
            self._needed("ak"),
            self._needed("sk"),
            security_token=self._value("security_token"),
            project_id=self._value("project_id"),
            iam_endpoint=self._value("iam_endpoint"),
        )

    def region(self) -> str | None:
        value = self._value("region")
        try:
            return value and region_id(value)
        except HwtasksError as error:
            line = next(entry.line for entry in self._entries if entry.key == "region")
            raise _invalid(self._path, line, str(error)) from None

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
        value = entries[0].value
        if not value:
            return None
        flaw = project_flaw(value) if key == "project_id" else secret_flaw(value)
        if flaw is not None:
            why = f"the {key} of [{self._name}] {flaw}"
            # The other flaw is a region in place of a project ID, and says so itself.
            if flaw.startswith("has "):
                why += ": give its bare value and nothing else on the line, no comment either"
            raise _invalid(self._path, entries[0].line, why)
        return value
