"""docs/operations.md says of settings and commands what is so."""

from __future__ import annotations

import re
from dataclasses import fields
from pathlib import Path

import yaml

from ivr.cli import main
from ivr.settings import PREFIX, Settings

ROOT = Path(__file__).parent.parent
PAGE = (ROOT / "docs/operations.md").read_text("utf-8")
ROW = re.compile(r"^\| `(IVR_\w+)` \| (.*?) ?\| (.+) \|$", re.MULTILINE)
DEFAULTS = {True: "`1`", False: "`0`", None: "", "": ""}


def test_the_table_of_settings_has_each_setting_with_its_default_in_the_order_of_the_code() -> None:
    expected = {PREFIX + field.name.upper(): field.default for field in fields(Settings)}
    expected |= {"IVR_MENUS": "the menus that come with Segue", "IVR_VOICES": "the usual ones"}
    found = {name: default for name, default, _ in ROW.findall(PAGE)}
    assert found == {name: _shown(name, default) for name, default in expected.items()}
    assert list(found) == list(expected)


def test_each_command_has_a_line(capsys: object) -> None:
    listed = set(re.findall(r"^\| `segue (\w+)", PAGE, re.MULTILINE))
    assert listed == {
        "serve", "check", "talk", "test", "replay", "journeys", "schema", "diagram", "switch", "ears", "migrate",
        "models", "voices", "doctor",
    }  # fmt: skip
    for command in listed:
        try:
            main([command, "--help"])
        except SystemExit as end:
            assert end.code == 0  # noqa: PT017  # argparse ends the program after its help


def test_compose_sets_only_settings_that_exist() -> None:
    compose = yaml.safe_load((ROOT / "docker-compose.yml").read_text("utf-8"))
    known = {PREFIX + field.name.upper() for field in fields(Settings)}
    given = set(compose["services"]["segue"]["environment"])
    assert {name for name in given if name.startswith(PREFIX)} <= known
    docker = (ROOT / "Dockerfile").read_text("utf-8")
    assert set(re.findall(r"\b(IVR_\w+)=", docker)) <= known


def test_the_secrets_of_compose_get_into_no_image() -> None:
    assert ".env*" in (ROOT / ".dockerignore").read_text("utf-8").splitlines()
    _, image = (ROOT / "Dockerfile").read_text("utf-8").split("\nFROM ", 2)[1:]
    assert "COPY . " not in image  # nothing but what is built


def test_compose_opens_ports_on_this_machine_only() -> None:
    compose = yaml.safe_load((ROOT / "docker-compose.yml").read_text("utf-8"))
    ports = [port for service in compose["services"].values() for port in service.get("ports", ())]
    assert ports
    assert all(str(port).startswith("127.0.0.1:") for port in ports)


def _shown(name: str, default: object) -> str:
    if name in {"IVR_MENUS", "IVR_VOICES"}:
        return str(default)
    shown = DEFAULTS.get(default) if isinstance(default, bool | str) or default is None else None
    return shown if shown is not None else f"`{default}`"
