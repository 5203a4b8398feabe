"""The emulator, as a process of its own on free ports."""

from __future__ import annotations

import json
import os
import subprocess
import threading
from pathlib import Path
from typing import Any

import httpx2

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


class Emulator:
    """The emulator, and what can be done to it."""

    def __init__(self, *arguments: str) -> None:
        listen = ["--dcs-listen", "127.0.0.1:0", "--kafka-listen", "127.0.0.1:0"]
        self._process = subprocess.Popen(
            [binary(), *listen, *arguments], stdout=subprocess.PIPE, text=True, encoding="utf-8"
        )
        self.variables: dict[str, str] = {}
        output = self._process.stdout
        assert output is not None
        for line in output:
            if line.startswith("export "):
                name, _, value = line.removeprefix("export ").strip().partition("=")
                self.variables[name] = value
            if "curl " in line:
                break
        # What it prints later must not fill the pipe.
        threading.Thread(target=output.read, daemon=True).start()
        self.dcs = self.variables["HWTASKS_DCS_ENDPOINT"]
        self.kafka = self.variables["HWTASKS_KAFKA_ENDPOINT"]
        self.access_key = self.variables["HUAWEICLOUD_SDK_AK"]
        self.secret_key = self.variables["HUAWEICLOUD_SDK_SK"]
        self.project_id = self.variables["HUAWEICLOUD_SDK_PROJECT_ID"]
        self.token = self.variables["HWTASKS_TOKEN"]
        self._http = httpx2.Client(base_url=f"{self.kafka}/_emulator/", trust_env=False)

    def environ(self, **variables: str) -> dict[str, str]:
        """Return the variables it printed, and others over them; an empty one takes one away."""
        return self.variables | variables

    def control(self, method: str, path: str, body: Any = None) -> Any:
        """Ask its control interface."""
        content = None if body is None else json.dumps(body).encode()
        response = self._http.request(method, path, content=content)
        assert response.is_success, f"{method} {path}: {response.status_code} {response.text}"
        return response.json() if response.content else None

    def reset(self) -> None:
        self.control("POST", "reset")

    def fault(self, kind: str, **fields: Any) -> None:
        self.control("POST", "faults", {"kind": kind, **fields})

    def add(self, service: str, instance_id: str, task: dict[str, Any]) -> str:
        made = self.control("POST", f"tasks/{service}/{instance_id}", task)
        return str(made["id"])

    def requests(self) -> list[dict[str, Any]]:
        found = self.control("GET", "requests")
        return list(found if isinstance(found, list) else found["requests"])

    def stop(self) -> None:
        self._http.close()
        self._process.terminate()
        self._process.wait(10)
        if self._process.stdout:
            self._process.stdout.close()
