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


def public_modules(root: Path) -> set[Path]:
    """Return the modules that define public names: those without `_`, and what they import from."""
    files = [path for path in root.rglob("*.py") if not path.name.startswith("_")]
    shown = {path for path in files if path.parent == root} | {root / "__init__.py"}
    for path in list(shown):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("hwtasks."):
                shown.add(root.parent / f"{(node.module or '').replace('.', '/')}.py")
    return shown


def stripped(text: str, *, is_public: bool) -> str:
    """Return a module without comments and private docstrings, with as many lines."""
    lines = text.splitlines(keepends=True)
    for token in tokenize.generate_tokens(io.StringIO(text).readline):
        if token.type == tokenize.COMMENT and not token.string.startswith("# type:"):
            row, column = token.start
            lines[row - 1] = lines[row - 1][:column].rstrip() + "\n"
    for node in _private_texts(ast.parse(text), is_public=is_public):
        first, last = node.lineno - 1, (node.end_lineno or node.lineno) - 1
        indent = " " * node.col_offset
        lines[first : last + 1] = [f'{indent}""\n'] + ["\n"] * (last - first)
    return "".join(lines)


def _private_texts(tree: ast.Module, *, is_public: bool) -> list[ast.Expr]:
    """Return the statements that are docstrings of a module, or of what is private in it."""
    found: list[ast.Expr] = []

    def visit(node: Any, *, public: bool) -> None:
        body = list(getattr(node, "body", []))
        for child in body:
            if isinstance(child, ast.Expr) and isinstance(child.value, ast.Constant):
                if isinstance(child.value.value, str) and not public:
                    found.append(child)
            elif isinstance(child, ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef):
                named = not child.name.startswith("_")
                within = isinstance(node, ast.Module | ast.ClassDef)
                visit(child, public=public and named and within)

    visit(tree, public=is_public)
    return found


class CustomBuildHook(BuildHookInterface):  # type: ignore[type-arg]
    """Puts the stripped modules into the wheel."""

    PLUGIN_NAME = "custom"

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Write the stripped modules, which take the place of the package."""
        if version == "editable":
            return
        self._folder = TemporaryDirectory()
        root = Path(self.root) / PACKAGE
        shown = public_modules(root)
        for path in sorted(root.rglob("*")):
            name = path.relative_to(root)
            if path.is_dir() or "__pycache__" in name.parts:
                continue
            content = path.read_bytes()
            if path.suffix == ".py" and name.parts[0] not in WHOLE:
                text = stripped(content.decode("utf-8"), is_public=path in shown)
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
