"""The emulator, as a process of its own on free ports."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import threading
from pathlib import Path
from typing import Any, Self

import httpx2

from hwtasks._credentials.types import Credentials

_VARIABLE = "HWTASKS_EMULATOR"
_SECONDS_TO_STOP = 10


def emulator_command() -> list[str]:
    """Return the command that starts the emulator.

    That is the program that the variable `HWTASKS_EMULATOR` names, else `hwtasks-emulator` or
    `hwtasks emulator` on the `PATH`. Raises `FileNotFoundError` without one.
    """
    named = os.environ.get(_VARIABLE)
    if named:
        if not Path(named).is_file():
            raise FileNotFoundError(
                f"{_VARIABLE} names {named}, which is not a file: build it there"
            )
        is_whole = Path(named).stem == "hwtasks"
        return [named, "emulator"] if is_whole else [named]
    alone, whole = shutil.which("hwtasks-emulator"), shutil.which("hwtasks")
    if alone is not None:
        return [alone]
    if whole is not None:
        return [whole, "emulator"]
    raise FileNotFoundError(
        "the emulator is not installed: put hwtasks-emulator or hwtasks on the PATH, or name the "
        f"program in {_VARIABLE}"
    )


class Emulator:
    """Starts the emulator of both services on loopback; `stop` or the end of its `with` ends it.

    `arguments` are those of its command line. Raises `FileNotFoundError` when it is not installed,
    and `RuntimeError` when it does not start.
    """

    variables: dict[str, str]
    """The environment variables that make `Client.from_env` a client of this emulator."""

    def __init__(self, *arguments: str) -> None:
        listen = ["--dcs-listen", "127.0.0.1:0", "--kafka-listen", "127.0.0.1:0"]
        self._process = subprocess.Popen(  # noqa: S603
            [*self._command(), *listen, *arguments],
            stdout=subprocess.PIPE,
            text=True,
            encoding="utf-8",
        )
        self.variables = {}
        output = self._process.stdout
        for line in output or ():
            if line.startswith("export "):
                name, _, value = line.removeprefix("export ").strip().partition("=")
                self.variables[name] = value
            if "curl " in line:
                break
        else:
            self._process.communicate()
            code = self._process.returncode
            raise RuntimeError(f"the emulator ended with exit code {code}: its messages say why")
        # What it prints later must not fill the pipe.
        threading.Thread(target=self._process.communicate, daemon=True).start()
        self._http = httpx2.Client(base_url=f"{self.kafka_endpoint}/_emulator/", trust_env=False)

    def _command(self) -> list[str]:
        return emulator_command()

    @property
    def dcs_endpoint(self) -> str:
        """The DCS endpoint."""
        return self.variables["HWTASKS_DCS_ENDPOINT"]

    @property
    def kafka_endpoint(self) -> str:
        """The Kafka endpoint."""
        return self.variables["HWTASKS_KAFKA_ENDPOINT"]

    @property
    def project_id(self) -> str:
        """The project ID of its instances."""
        return self.variables["HUAWEICLOUD_SDK_PROJECT_ID"]

    def options(self) -> dict[str, Any]:
        """Return the options of a client of this emulator: `Client(**emulator.options())`."""
        access_key = self.variables["HUAWEICLOUD_SDK_AK"]
        return {
            "dcs_endpoint": self.dcs_endpoint,
            "kafka_endpoint": self.kafka_endpoint,
            "project_id": self.project_id,
            "credentials": Credentials.keys(access_key, self.variables["HUAWEICLOUD_SDK_SK"]),
        }

    def control(self, method: str, path: str, body: Any = None) -> Any:
        """Send a request to the control API of the emulator, and return its decoded response.

        Raises `RuntimeError` when the emulator refuses it.
        """
        content = None if body is None else json.dumps(body).encode()
        response = self._http.request(method, path, content=content)
        if not response.is_success:
            raise RuntimeError(f"{method} {path}: {response.status_code} {response.text}")
        return response.json() if response.content else None

    def reset(self) -> None:
        """Return to the state in which the emulator started."""
        self.control("POST", "reset")

    def add(self, service: str, instance_id: str, task: dict[str, Any]) -> str:
        """Add a task to an instance of `dcs` or `kafka`, and return its ID.

        `task` holds its fields, and how its state advances.
        """
        made = self.control("POST", f"tasks/{service}/{instance_id}", task)
        return str(made["id"])

    def fault(self, kind: str, **fields: Any) -> None:
        """Inject a fault, such as `fault("status", status=503, count=1)`."""
        self.control("POST", "faults", {"kind": kind, **fields})

    def requests(self) -> list[dict[str, Any]]:
        """Return the requests that clients have sent."""
        found = self.control("GET", "requests")
        return list(found if isinstance(found, list) else found["requests"])

    def stop(self) -> None:
        """End the process."""
        self._http.close()
        self._process.terminate()
        self._process.wait(_SECONDS_TO_STOP)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()
