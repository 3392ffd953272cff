"""Coverage: what conversations walked is told apart from what they did not, by the engine's own decisions."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import given, settings

from ivr.cli import main
from ivr.conversation import load, run
from ivr.coverage import Coverage, Report
from ivr.engine.exits import rewired
from ivr.engine.flow import Flow
from ivr.engine.loader import load as load_menu
from ivr.engine.steps import Menu, SendStep, Verify
from ivr.rehearsal import rehearsal_of
from tests.engine.strategies import flows

MENU = """\
menu: parcels
start: welcome
exhausted: person
slots: {parcel: {type: digits, length: 6}}
always:
  - {key: 0, label: talk to a person, goto: person}
  - {key: 9, label: hear that again, do: repeat}
steps:
  welcome:
    menu:
      prompt: Welcome.
      choices:
        - {key: 1, label: track a parcel, goto: parcel}
        - {key: 2, label: hear our opening hours, goto: hours}
        - {key: 3, label: begin again, do: start_over}
  parcel:
    ask: {slot: parcel, prompt: What is your parcel number?}
    next: look_up
  look_up:
    invoke: {service: parcels.find, with: {number: "{parcel}"}, save: [place]}
    done: sort
    failed: hours
  sort:
    branch:
      - {if: {place: {is: here}}, goto: hours}
      - {if: {channel: {is: chat}}, goto: hours}
      - {else: hours}
  hours:
    say: We are open from eight to eight.
    next: goodbye
  person:
    handoff: {queue: parcels}
    unavailable: goodbye
    done: goodbye
  goodbye:
    end: Goodbye.
"""
FLOW = load_menu(MENU, "parcels.yaml")


async def reported(*conversations: str, flow: Flow = FLOW) -> Report:
    coverage = Coverage(flow)
    for turns in conversations:
        text = f"conversation: c\nmenu: parcels\nservices: {{parcels.find: {{place: here}}}}\nturns:\n{turns}"
        told = load(text, "c.yaml")
        async with rehearsal_of(told, {"parcels": flow}, on_turn=coverage.watch) as player:
            assert (await run(told, player)).passed
    return coverage.report("menus/parcels.yaml")


def untested(report: Report) -> list[str]:
    return [str(one).removeprefix("menus/parcels.yaml:") for one in report.untested]


async def test_without_a_conversation_everything_is_untested() -> None:
    report = await reported()
    assert (report.steps_walked, report.of_steps, report.of_choices) == (0, 0.0, 0.0)
    assert untested(report)[:3] == [
        "6: of the always-choices, “0 talk to a person” is never taken",
        "7: of the always-choices, “9 hear that again” is never taken",
        "9: step welcome is never come to",
    ]
    assert len(untested(report)) == 2 + 7  # a step that is never come to stands for its ways


async def test_ways_that_lead_to_the_same_step_are_told_apart() -> None:
    report = await reported("  - call: voice\n  - press: 1\n  - press: 123456\n")
    assert [line for line in untested(report) if "step sort" in line or "step look_up" in line] == [
        "22: at step look_up, “failed” is never taken",
        "26: at step sort, “case 2” is never taken",
        "27: at step sort, “else” is never taken",
    ]


GUARDED = """\
menu: bank
start: welcome
exhausted: person
slots: {pin: {type: digits, length: 4, sensitivity: secret}}
steps:
  welcome:
    menu:
      prompt: Welcome.
      choices:
        - {key: 1, label: hear your balance, goto: prove}
        - {key: 2, label: talk to a person, goto: person}
  prove:
    verify: {pin: pin, service: cards.check_pin, with: {pin: "{pin}"}, prompt: Your PIN}
    done: balance
    failed: person
  balance:
    say: You are rich.
    next: welcome
  person:
    handoff: {queue: bank}
    unavailable: welcome
"""


async def test_a_look_ahead_for_proofs_walks_nowhere() -> None:
    """Who comes back makes the engine look at all steps; that is no visit."""
    flow = load_menu(GUARDED, "bank.yaml")
    story = "conversation: Back\nmenu: bank\ncaller: '+14155550134'\nturns: [{call: voice}, drop, {call: voice}]\n"
    coverage = Coverage(flow)
    told = load(story, "back")
    async with rehearsal_of(told, {"bank": flow}, on_turn=coverage.watch) as player:
        assert (await run(told, player)).passed
    assert coverage.walked == {"welcome"}
    assert coverage.taken == set()


async def test_choices_that_lead_nowhere_and_exits_that_nobody_chose_count_too() -> None:
    report = await reported(
        "  - call: voice\n  - press: 9\n  - press: 3\n  - silence\n  - silence\n  - silence\n  - wait: 10m\n"
    )
    assert untested(report) == [
        "6: of the always-choices, “0 talk to a person” is never taken",
        "13: at step welcome, “1 track a parcel” is never taken",
        "14: at step welcome, “2 hear our opening hours” is never taken",
        "16: step parcel is never come to",
        "19: step look_up is never come to",
        "23: step sort is never come to",
        "28: step hours is never come to",
        "34: at step person, “done” is never taken",
    ]
    assert (report.steps, report.steps_walked) == (7, 3)
    assert (report.choices, report.choices_walked) == (15, 4)


@given(flows)
@settings(max_examples=50, deadline=None)
def test_a_step_leads_nowhere_but_by_its_exits(flow: Flow) -> None:
    """A new kind of step, or a new way out of one, that `exits` does not know fails here."""
    for step in flow.steps.values():
        kept = {step.to_step} if isinstance(step, SendStep) else set()  # a link's step is no exit
        moved = repr(rewired(step, lambda _way: "elsewhere"))
        for name in flow.steps.keys() - kept:
            assert f"'{name}'" not in moved.replace(f"id='{name}'", ""), name


@given(flows)
@settings(max_examples=50, deadline=None)
def test_a_step_that_is_rewired_to_where_it_led_is_the_same(flow: Flow) -> None:
    for step in flow.steps.values():
        again = rewired(step, lambda way: way.target or "start")
        asks_again = isinstance(step, Menu)  # by choices that lead somewhere now
        unlike_the_loader = isinstance(step, Verify) and step.tries.exhausted != step.failed
        assert again == step or asks_again or unlike_the_loader


def test_limits_and_a_file_for_machines(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "conversations").mkdir()
    (tmp_path / "parcels.yaml").write_text(MENU.replace("parcels.find", "orders.status").replace("number:", "order:"))
    (tmp_path / "conversations/c.yaml").write_text("conversation: c\nmenu: parcels\nturns:\n  - call: voice\n")
    (tmp_path / "services.yaml").write_text("services: {orders.status: {url: 'demo:/orders/{order}', answer: [place]}}")
    monkeypatch.setenv("IVR_MENUS", str(tmp_path))
    found = tmp_path / "coverage.json"
    assert main(["test", "--coverage-file", str(found)]) == 0
    (menu,) = json.loads(found.read_text())
    assert (menu["menu"], menu["steps"], menu["steps_walked"]) == ("parcels", 7, 1)
    assert menu["untested"][-1]["line"] == 35
    assert main(["test", "--fail-under-steps", "10"]) == 0
    capsys.readouterr()
    assert main(["test", "--fail-under-steps", "100", "--fail-under-choices", "90"]) == 1
    told = capsys.readouterr().out
    assert "parcels: 1 of 7 steps (14 %), 0 of 15 choices (0 %)" in told
    assert "parcels.yaml:16: step parcel is never come to" in told
    assert "FAIL parcels: fewer than 100 % of its steps are tested" in told
    assert "FAIL parcels: fewer than 90 % of its choices are tested" in told


async def test_both_ways_out_of_a_transfer_are_told_apart() -> None:
    here = Path(__file__).parent / "conversations"
    flow = load_menu((here / "menus/switchboard.yaml").read_text("utf-8"), "switchboard.yaml")
    coverage = Coverage(flow)
    told = load((here / "put-through-hung-up.yaml").read_text("utf-8"), "c.yaml")
    async with rehearsal_of(told, {flow.menu: flow}, on_turn=coverage.watch) as player:
        await run(told, player)
    untested = {(one.step, one.exit) for one in coverage.report("switchboard.yaml").untested}
    assert ("pharmacy", None) in untested
    assert not any(step == "desk" for step, _ in untested)  # it has one way out
    told = load((here / "put-through.yaml").read_text("utf-8"), "c.yaml")
    async with rehearsal_of(told, {flow.menu: flow}, on_turn=coverage.watch) as player:
        await run(told, player)
    assert {one.step for one in coverage.report("switchboard.yaml").untested} <= {"", "whom", "welcome", "bye"}
