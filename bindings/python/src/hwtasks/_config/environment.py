"""Environment variables and the home directory."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from pathlib import Path


class Environment(Mapping[str, str]):
    """A mapping of environment variables; `repr` shows no value.

    Variables are read at each use. The home directory is that of the process for `os.environ`, and
    the variable `HOME` or `USERPROFILE` for any other mapping.
    """

    def __init__(self, environ: Mapping[str, str] | None = None) -> None:
        given = os.environ if environ is None else environ
        self._environ: Mapping[str, str] = (
            given._environ if isinstance(given, Environment) else given
        )

    def variable(self, name: str) -> str | None:
        """Return a variable; `None` when it is not set or empty.

        Raises `ValueError` for a value that is not valid Unicode.
        """
        value = self.path(name)
        if value is not None and any("\ud800" <= character <= "\udfff" for character in value):
            raise ValueError(f"{name} is not valid Unicode")
        return value

    def path(self, name: str) -> str | None:
        """Return a variable that names a file, which need not be Unicode."""
        return self._environ.get(name) or None

    @property
    def is_of_process(self) -> bool:
        """Whether the variables are those of the process."""
        return self._environ is os.environ

    @property
    def home(self) -> Path | None:
        """The home directory; `None` when it is not known."""
        if not self.is_of_process:
            home = self.path("HOME") or self.path("USERPROFILE")
            return Path(home) if home else None
        try:
            return Path.home()
        except RuntimeError:
            return None

    def __getitem__(self, name: str) -> str:
        return self._environ[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._environ)

    def __len__(self) -> int:
        return len(self._environ)

    def __repr__(self) -> str:
        return f"{type(self).__name__}(names={sorted(self._environ)})"

    def __reduce__(self) -> str:
        raise TypeError("an environment may hold secrets, and is not pickled")
