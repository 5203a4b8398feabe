"""Builds the wheel without what only readers of the repository need.

Comments, and the docstrings of what is private, are left out. Each line of code stays on its line, so a
traceback names lines of the repository. The source distribution has everything.
"""

from __future__ import annotations

import ast
import io
import tokenize
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

PACKAGE = Path("src/hwtasks")
WHOLE = ("_generated",)
"""The folders whose docstrings are all public, or are fields' descriptions."""


def public_names(root: Path) -> dict[Path, set[str] | None]:
    """Return the modules with public names, each with these names.

    A module without `_` is public, all its names too: `None`. The others define what such modules import.
    """
    shown: dict[Path, set[str] | None] = {}
    for path in root.rglob("*.py"):
        steps = path.relative_to(root).with_suffix("").parts
        if not any(step.startswith("_") and step != "__init__" for step in steps):
            shown[path] = None
    for path in list(shown):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("hwtasks."):
                source = root.parent / f"{(node.module or '').replace('.', '/')}.py"
                names = shown.setdefault(source, set())
                if names is not None:
                    names.update(alias.name for alias in node.names)
    return shown


def stripped(text: str, names: set[str] | None) -> str:
    """Return a module without comments and private docstrings, with as many lines.

    `names` are those of it that are public; `None` is all without `_`.
    """
    lines = text.splitlines(keepends=True)
    for token in tokenize.generate_tokens(io.StringIO(text).readline):
        if token.type == tokenize.COMMENT and not token.string.startswith("# type:"):
            row, column = token.start
            lines[row - 1] = lines[row - 1][:column].rstrip() + "\n"
    for node, is_needed in _private_texts(ast.parse(text), names):
        first, last = node.lineno - 1, (node.end_lineno or node.lineno) - 1
        rest = f'{" " * node.col_offset}""\n' if is_needed else "\n"
        lines[first : last + 1] = [rest] + ["\n"] * (last - first)
    return "".join(lines)


def _private_texts(tree: ast.Module, names: set[str] | None) -> list[tuple[ast.Expr, bool]]:
    """Return the statements that are docstrings of a module, or of what is private in it.

    With each, whether its block would be empty without it.
    """
    found: list[tuple[ast.Expr, bool]] = []

    def visit(node: Any, *, public: bool) -> None:
        texts = [child for child in node.body if _is_text(child)]
        if not public:
            is_alone = len(texts) == len(node.body) and not isinstance(node, ast.Module)
            found.extend((text, is_alone and text is texts[0]) for text in texts)
        for child in node.body:
            if isinstance(child, ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef):
                within = public and isinstance(node, ast.ClassDef)
                visit(child, public=(within or is_public(node, child)) and child.name[0] != "_")

    def is_public(node: Any, child: Any) -> bool:
        if not isinstance(node, ast.Module):
            return False
        # A class may be a base of a public one, which inherits its documentation.
        is_base = isinstance(child, ast.ClassDef) and bool(names)
        return names is None or is_base or child.name in names

    visit(tree, public=names is None)
    return found


def _is_text(statement: ast.stmt) -> bool:
    """Whether a statement is a docstring, of what it stands in or after."""
    value = statement.value if isinstance(statement, ast.Expr) else None
    return isinstance(value, ast.Constant) and isinstance(value.value, str)


class CustomBuildHook(BuildHookInterface):  # type: ignore[type-arg]
    """Puts the stripped modules into the wheel."""

    PLUGIN_NAME = "custom"

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Write the stripped modules, which take the place of the package."""
        if version == "editable":
            return
        self._folder = TemporaryDirectory()
        root = Path(self.root) / PACKAGE
        shown = public_names(root)
        for path in sorted(root.rglob("*")):
            name = path.relative_to(root)
            if path.is_dir() or "__pycache__" in name.parts:
                continue
            content = path.read_bytes()
            if path.suffix == ".py" and name.parts[0] not in WHOLE:
                text = stripped(content.decode("utf-8"), shown.get(path, set()))
                ast.parse(text)
                content = text.encode("utf-8")
            target = Path(self._folder.name) / name
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(content)
            build_data["force_include"][str(target)] = f"hwtasks/{name.as_posix()}"

    def finalize(self, version: str, build_data: dict[str, Any], artifact_path: str) -> None:
        """Remove the stripped modules."""
        del build_data, artifact_path
        if version != "editable":
            self._folder.cleanup()
