"""The emulator of these tests."""

from __future__ import annotations

import os
from pathlib import Path

from hwtasks import testing

ROOT = Path(__file__).parents[3]
NAME = "hwtasks-emulator" + (".exe" if os.name == "nt" else "")


def binary() -> Path:
    """Return the emulator's program: as named by HWTASKS_EMULATOR, or as cargo built it."""
    named = os.environ.get("HWTASKS_EMULATOR")
    path = Path(named) if named else ROOT / "target" / "debug" / NAME
    if not path.is_file():
        message = f"{path} is not there: run `cargo build -p hwtasks-emulator`"
        raise FileNotFoundError(message)
    return path


class Emulator(testing.Emulator):
    """The emulator that cargo built, with shorter names."""

    def __init__(self, *arguments: str) -> None:
        super().__init__(*arguments)
        self.dcs = self.dcs_endpoint
        self.kafka = self.kafka_endpoint
        self.access_key = self.variables["HUAWEICLOUD_SDK_AK"]
        self.secret_key = self.variables["HUAWEICLOUD_SDK_SK"]
        self.token = self.variables["HWTASKS_TOKEN"]

    def _command(self) -> list[str]:
        return [str(binary())]

    def environ(self, **variables: str) -> dict[str, str]:
        """Return the variables it printed, and others over them; an empty one takes one away."""
        return self.variables | variables
