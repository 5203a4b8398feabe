"""Builds the wheel, says how large it is, and runs the README's examples with it.

`package.py [FOLDER]`: the wheel and an empty virtual environment go into the folder, by default below
target/. The emulator is the program that HWTASKS_EMULATOR names, or the one cargo built.
"""

import os
import subprocess
import sys
import zipfile
from pathlib import Path

HERE = Path(__file__).parents[1]
sys.path[:0] = [str(HERE), str(HERE / "src")]

from tests.emulator import ROOT, Emulator  # noqa: E402
from tests.readme import examples  # noqa: E402

MOST = 184 * 1024
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


def main() -> None:
    """Build, install, run."""
    folder = Path(sys.argv[1]) if len(sys.argv) > 1 else ROOT / "target" / "python"
    folder.mkdir(parents=True, exist_ok=True)
    python = install(build(folder), folder / "venv")
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
