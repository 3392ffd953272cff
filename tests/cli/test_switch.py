"""`segue switch`: flipped in the database, seen by a server that runs on it."""

from __future__ import annotations

import asyncio
import itertools
import time
from pathlib import Path

import pytest

from context_bridge.live import open_bus
from context_bridge.migrate import migrate
from context_bridge.store import open_store
from ivr.arrivals import Arrival
from ivr.cli import main
from ivr.driver import Driver
from ivr.engine.actions import Say
from ivr.flows import Flows, read_folder
from ivr.stage import KEEPING, ScriptedBackOffice

MENU = """
menu: line
start: hello
switches:
  emergency: {title: The power is out, say: We are closed today.}
steps:
  hello:
    end: Hello.
"""


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An installation with this one menu."""
    menus = tmp_path / "menus"
    menus.mkdir()
    (menus / "line.yaml").write_text(MENU)
    monkeypatch.setenv("IVR_MENUS", str(menus))
    monkeypatch.setenv("IVR_DATABASE_URL", url := f"sqlite:///{tmp_path}/segue.db")
    migrate(url)
    return menus


def test_flipping_and_listing(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["switch", "list"]) == 0
    assert capsys.readouterr().out == "emergency  off  (The power is out)\n"
    assert main(["switch", "emergency", "on", "--by", "Eva"]) == 0
    assert capsys.readouterr().out == "emergency is on\n"
    assert main(["switch", "list"]) == 0
    assert " on   since " in (listed := capsys.readouterr().out)
    assert " UTC by Eva  (The power is out)" in listed
    assert main(["switch", "emergency", "off"]) == 0
    assert main(["switch", "list"]) == 0
    assert "  off  since " in capsys.readouterr().out


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["emergancy", "on"], 'did you mean "emergency"?'),
        (["emergency"], "write `segue switch list`"),
        (["list", "on"], "write `segue switch list`"),
    ],
)
def test_what_cannot_be_flipped(arguments: list[str], told: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["switch", *arguments]) == 2
    assert told in capsys.readouterr().err


def test_a_mistake_in_a_menu_stops_no_emergency(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """What is in force is in the store; the file that somebody is just writing does not matter."""
    assert main(["publish", str(folder), "-m", "first"]) == 0
    (folder / "line.yaml").write_text("menu: line\n")
    assert main(["switch", "emergency", "on"]) == 0
    out, err = capsys.readouterr()
    assert out.endswith("emergency is on\n")
    assert "left out" in err


async def test_a_server_that_runs_sees_it(folder: Path, tmp_path: Path) -> None:
    store = await open_store(f"sqlite:///{tmp_path}/segue.db")
    flows, _ = read_folder(folder)
    bus = open_bus("")
    driver = Driver(store, bus, Flows(flows, store), ScriptedBackOffice({}), KEEPING, "US", time.time)
    numbers = itertools.count()

    async def heard() -> list[str]:
        actions = await driver.arrive(Arrival(f"c{next(numbers)}", "chat", "chat", "line"))
        return [action.text for action in actions if isinstance(action, Say)]

    assert await heard() == ["Hello."]
    assert await asyncio.to_thread(main, ["switch", "emergency", "on"]) == 0
    async with asyncio.timeout(30):
        while await heard() != ["We are closed today.", "Hello."]:
            pass
    await store.close()
    await bus.close()
