"""`segue` without a command: what there is, and which Segue this is."""

from __future__ import annotations

import re

import pytest

from ivr.cli import COMMANDS, main


@pytest.mark.parametrize("arguments", [[], ["--help"]])
def test_every_command_is_listed(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as end:
        main(arguments)
    assert end.value.code == 0
    told = capsys.readouterr().out
    assert all(
        re.search(rf"^    {command} +{re.escape(what)}", told, re.MULTILINE) for command, what in COMMANDS.items()
    )


def test_the_version(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as end:
        main(["--version"])
    assert end.value.code == 0
    assert re.fullmatch(r"segue \d+\.\d+\.\d+\n", capsys.readouterr().out)
