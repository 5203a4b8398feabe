"""The examples in the docs of the operations, run against the emulator."""

from __future__ import annotations

import inspect
import re
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from hwtasks import AsyncDcs, AsyncKafka, Dcs, Kafka
from tests.emulator import Emulator
from tests.halves import Half

INSTANCE = "5560df16-cebf-4473-95c4-d1b573c16e79"
CLASSES: dict[str, list[type]] = {"sync": [Dcs, Kafka], "async": [AsyncDcs, AsyncKafka]}
NAME = "EXTEND"
"""The name of the task that the examples wait for."""
METHODS = [
    *["list", "pages", "items", "show", "list_v1", "pages_v1", "items_v1"],
    *["wait", "watch", "wait_by_name", "sweep"],
]


class Past(datetime):
    """A time before the task that the example waits for."""

    @classmethod
    def now(cls, tz: Any = None) -> Any:
        return datetime.now(tz) - timedelta(minutes=1)


def examples(of: object) -> list[str]:
    return re.findall(r"```python\n(.*?)```", inspect.getdoc(of) or "", re.DOTALL)


@pytest.mark.parametrize("method", METHODS)
async def test_docstring_example_runs(
    half: Half, emulator: Emulator, method: str, capsys: pytest.CaptureFixture[str]
) -> None:
    for service in ("dcs", "kafka"):
        emulator.add(service, INSTANCE, {"name": NAME, "status": "SUCCESS"})
    client = await half.from_env(emulator.environ())
    documented = [getattr(of, method, None) for of in CLASSES[half.name]]
    sources = [source for of in documented for source in examples(of)]
    assert sources
    for source in sources:
        await run(source, half, client.inner)
        assert capsys.readouterr().out.strip()


async def run(source: str, half: Half, client: Any) -> None:
    names: dict[str, Any] = {"client": client, "instance": INSTANCE, "name": NAME}
    names |= {"datetime": Past, "UTC": UTC}
    lines = "".join(f"    {line}\n" for line in source.splitlines())
    define = "async def" if half.is_async else "def"
    exec(f"{define} example():\n{lines}", names)  # noqa: S102
    await half.call(names["example"])
