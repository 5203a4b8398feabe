"""The examples of README.md."""

from __future__ import annotations

import re
from pathlib import Path

README = Path(__file__).parents[1] / "README.md"


def examples() -> list[str]:
    """Return every block of Python, in order."""
    return re.findall(r"```python\n(.*?)```", README.read_text(encoding="utf-8"), re.DOTALL)


def programs_for_pytest() -> list[str]:
    """Return every test of a program, for pytest."""
    return re.findall(r"```py\n(.*?)```", README.read_text(encoding="utf-8"), re.DOTALL)
