"""What a client may know of the process it runs in: variables and the home directory."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Self

if TYPE_CHECKING:
    from collections.abc import Mapping


class Environment:
    """Variables and a home directory: those of the process, or given ones. `repr` shows no value.

    >>> Environment({"HWTASKS_REGION": "cn-north-4"}, home="/home/tester")
    Environment(names=['HWTASKS_REGION'], home='/home/tester')
    """

    def __init__(self, variables: Mapping[str, str], home: str | Path | None = None) -> None:
        self._variables: dict[str, str] | None = dict(variables)
        self._home = Path(home) if home is not None else None
        self._instead: dict[str, str] = {}

    @classmethod
    def system(cls) -> Self:
        """Return the variables and the home directory of this process, read anew each time."""
        environment = cls({})
        environment._variables = None
        return environment

    def with_variable(self, name: str, value: str) -> Self:
        """Return the same but for one variable; nothing about the process's own changes.

        For what a program lets its users say on its command line.
        """
        changed = type(self)(self._variables or {}, self._home)
        changed._variables = None if self._variables is None else changed._variables
        changed._instead = self._instead | {name: value}
        return changed

    def get(self, name: str) -> str | None:
        """Return a variable; `None` when it is not set or empty.

        Raises `ValueError` for one that is not valid Unicode.
        """
        value = self.path(name)
        if value is not None and any("\ud800" <= character <= "\udfff" for character in value):
            raise ValueError(f"{name} is not valid Unicode")
        return value

    def path(self, name: str) -> str | None:
        """Return a variable that names a file, which need not be Unicode."""
        variables = os.environ if self._variables is None else self._variables
        return self._instead.get(name, variables.get(name)) or None

    @property
    def home(self) -> Path | None:
        """The home directory; `None` when it is not known."""
        if self._variables is not None:
            return self._home
        try:
            return Path.home()
        except RuntimeError:
            return None

    def __repr__(self) -> str:
        if self._variables is None:
            return f"{type(self).__name__}.system()"
        home = str(self._home) if self._home else None
        names = sorted(self._variables | self._instead)
        return f"{type(self).__name__}(names={names}, home={home!r})"

    def __reduce__(self) -> str:
        raise TypeError("an environment may hold secrets, and is not pickled")
