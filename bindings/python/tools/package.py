"""Builds the wheel, says how large it is, checks its types, and runs the README's examples with it.

`package.py [FOLDER [PYRIGHT]]`: the wheel and an empty virtual environment go into the folder, by default
below target/. The emulator is the program that HWTASKS_EMULATOR names, or the one cargo built.
"""

import json
import os
import subprocess
import sys
import zipfile
from pathlib import Path

HERE = Path(__file__).parents[1]
sys.path[:0] = [str(HERE), str(HERE / "src")]

from tests.emulator import ROOT, Emulator  # noqa: E402
from tests.readme import examples, programs_for_pytest  # noqa: E402

MOST = 140 * 1024
"""How large the wheel may be, in bytes."""


def run(*command: object, **settings: object) -> None:
    """Run a command to its end."""
    print("$", *command, flush=True)
    subprocess.run([str(part) for part in command], check=True, **settings)  # type: ignore[call-overload]


def build(folder: Path) -> Path:
    """Build the wheel, and check what is in it."""
    for old in folder.glob("*.whl"):
        old.unlink()
    run(sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", folder, HERE)
    [wheel] = folder.glob("*.whl")
    names = zipfile.ZipFile(wheel).namelist()
    for needed in ("hwtasks/py.typed", "hwtasks/_generated/models.py"):
        if needed not in names:
            sys.exit(f"{wheel.name} lacks {needed}")
    odd = [name for name in names if not name.startswith(("hwtasks/", "hwtasks-"))]
    if odd:
        sys.exit(f"{wheel.name} has what does not belong there: {odd}")
    size = wheel.stat().st_size
    print(f"{wheel.name}: {size / 1024:.1f} KiB, {len(names)} files")
    if size > MOST:
        sys.exit(f"{wheel.name} is larger than {MOST // 1024} KiB")
    return wheel


def install(wheel: Path, folder: Path) -> Path:
    """Install the wheel into an empty virtual environment; the Python there."""
    run(sys.executable, "-m", "venv", "--clear", folder)
    python = folder / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
    quiet = ["--quiet", "--disable-pip-version-check"]
    pinned = HERE / "requirements" / "dev.txt"
    run(python, "-m", "pip", "install", *quiet, "--constraint", pinned, wheel)
    return python


_DOCS = """
import inspect, json
import hwtasks
from hwtasks import auth, signer, testing

docs = {}
for module in (hwtasks, auth, signer, testing):
    for name, value in vars(module).items():
        if name.startswith("_") or not (inspect.isclass(value) or inspect.isfunction(value)):
            continue
        docs[f"{module.__name__}.{name}"] = inspect.getdoc(value)
        for member in dir(value) if inspect.isclass(value) else ():
            if not member.startswith("_"):
                found = inspect.getattr_static(value, member)
                docs[f"{module.__name__}.{name}.{member}"] = inspect.getdoc(found)
print(json.dumps(docs))
"""


def check_docs(python: Path) -> None:
    """Check that the wheel has the documentation of everything public."""
    with_source = f"import sys; sys.path.insert(0, {str(HERE / 'src')!r})\n{_DOCS}"
    made, source = (
        json.loads(
            subprocess.run([python, "-I", "-c", code], check=True, capture_output=True).stdout
        )
        for code in (_DOCS, with_source)
    )
    lost = [name for name in source if made.get(name) != source[name]]
    if lost:
        sys.exit(f"the wheel lacks the documentation of {', '.join(lost)}")
    print(f"the wheel documents {len(source)} public names", flush=True)


def check_types(python: Path, folder: Path, pyright: str | None) -> None:
    """Check the README's programs as strictly as mypy and pyright do, and the types of the package."""
    programs = folder / "programs"
    programs.mkdir(exist_ok=True)
    for number, program in enumerate([*examples(), *programs_for_pytest()]):
        (programs / f"program_{number}.py").write_text(program, encoding="utf-8")
    (programs / "pyrightconfig.json").write_text('{"typeCheckingMode": "strict"}', encoding="utf-8")
    mypy = [sys.executable, "-m", "mypy", "--strict", "--cache-dir", folder / "mypy-programs"]
    run(*mypy, "--python-executable", python, ".", cwd=programs)
    if pyright is None:
        print("no pyright was given: the types of the package are not verified", flush=True)
        return
    environment = os.environ | {"PATH": f"{python.parent}{os.pathsep}{os.environ['PATH']}"}
    run(pyright, cwd=programs, env=environment)
    verify = ["--verifytypes", "hwtasks", "--ignoreexternal"]
    verified = subprocess.run(
        [pyright, *verify],
        env=environment,
        cwd=programs,
        capture_output=True,
        text=True,
        check=False,
    )
    if verified.returncode != 0:
        sys.exit(verified.stdout)
    print("\n".join(verified.stdout.strip().splitlines()[-3:]), flush=True)


def main() -> None:
    """Build, install, run."""
    folder = Path(sys.argv[1]) if len(sys.argv) > 1 else ROOT / "target" / "python"
    folder.mkdir(parents=True, exist_ok=True)
    python = install(build(folder), folder / "venv")
    check_docs(python)
    check_types(python, folder.absolute(), sys.argv[2] if len(sys.argv) > 2 else None)  # noqa: PLR2004
    emulator = Emulator()
    try:
        for example in examples():
            print("$ python -c", repr(example.partition("\n")[0] + " ..."), flush=True)
            environment = {"PATH": os.environ["PATH"]} | emulator.variables
            command = [str(python), "-I", "-W", "error", "-c", example]
            subprocess.run(command, check=True, env=environment, cwd=folder, timeout=60)
    finally:
        emulator.stop()


if __name__ == "__main__":
    main()
