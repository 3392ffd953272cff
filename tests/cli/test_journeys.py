"""`segue journeys`: from a customer's number to what happened, and to all that is kept of it."""

from __future__ import annotations

import asyncio
import json
import os
from pathlib import Path

import pytest

from context_bridge.migrate import migrate
from context_bridge.store import open_store
from ivr.cli import main
from tests.publishing.menus import menu
from tests.publishing.site import NOW, Site

ANN, BOB = "+14155550134", "+14155550135"


@pytest.fixture(autouse=True)
def database(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Ann has asked for her order, Bob for the hours; somebody else withheld the number."""
    migrate(url := f"sqlite:///{tmp_path}/segue.db")
    monkeypatch.setenv("IVR_DATABASE_URL", url)

    async def calls() -> None:
        store = await open_store(url, clock=lambda: NOW)
        site = Site(store)
        await site.publish(menu())
        for number, keys in ((ANN, ("1", "4217")), (BOB, ("2",)), (None, ())):
            call = await site.call(number)
            for key in keys:
                await site.press(call, key)
        await store.close()

    asyncio.run(calls())


def told(capsys: pytest.CaptureFixture[str], *arguments: str) -> list[str]:
    assert main(["journeys", *arguments]) == 0
    return capsys.readouterr().out.splitlines()


def test_from_a_number_to_what_happened(capsys: pytest.CaptureFixture[str]) -> None:
    assert len(told(capsys)) == 3
    assert len(told(capsys, "--limit", "2")) == 2
    (line,) = told(capsys, ANN)
    assert line.endswith("support       live         3 turns")
    happened = told(capsys, line.split()[0])
    assert [turn.split("  ", 2)[2] for turn in happened if not turn.startswith("    ")] == [
        "Arrived → welcome",
        "heard “1” (keys) → track",
        "heard “4217” (keys) → welcome",
    ]
    assert "    said: Order 4 2 1 7 is on its way." in happened


def test_all_that_is_kept_of_a_journey(capsys: pytest.CaptureFixture[str]) -> None:
    (line,) = told(capsys, BOB)
    kept = json.loads("".join(told(capsys, line.split()[0], "--json")))
    assert (kept["menu"], kept["identifiers"]) == ("support", [["e164", BOB]])
    assert [turn["kind"] for turn in kept["turns"]] == ["Arrived", "Input"]
    assert kept["turns"][1]["heard"] == "2"
    assert json.loads("".join(told(capsys, BOB, "--json"))) == [kept]


def test_of_a_number_that_several_use_the_journeys_of_all_are_told(capsys: pytest.CaptureFixture[str]) -> None:
    async def shared() -> None:
        store = await open_store(os.environ["IVR_DATABASE_URL"], clock=lambda: NOW)
        (bob,) = (await store.identify("e164", BOB)).customers
        await store.attach(bob, "e164", ANN)
        await store.close()

    asyncio.run(shared())
    assert len(told(capsys, ANN)) == 2
    assert len(told(capsys, ANN, "--limit", "1")) == 1


@pytest.mark.parametrize("limit", ["0", "-1", "many"])
def test_so_many_journeys_there_are_not(limit: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main(["journeys", "--limit", limit])
    assert "is no number of journeys; write 1 or more" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("who", "says"),
    [("+14155559999", "no journey of +14155559999 is kept; who withheld"), ("Ann", "'Ann' is neither a journey nor")],
)
def test_who_is_not_known(who: str, says: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["journeys", who]) == 2
    assert says in capsys.readouterr().err
