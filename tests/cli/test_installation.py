"""Commands in another directory than the server, or in a shell without its settings: what they change would be noticed
by nobody."""

from __future__ import annotations

from pathlib import Path

import pytest

from ivr.cli import main


@pytest.mark.parametrize(
    "command",
    [
        ["switch", "emergency", "on"],
        ["switch", "list"],
        ["ears", "keep", "--hours", "2", "--why", "tests"],
        ["versions", "support"],
        ["diff", "support"],
        ["rollback", "support", "-m", "why"],
        ["replay", "j1", "--as-test"],
    ],
)
def test_where_no_server_ever_ran_nothing_is_made_or_changed(
    command: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(command) == 2
    told = capsys.readouterr().err
    assert told.startswith(f"segue: there is no database {tmp_path}/var/segue.db; run this in the server's directory")
    assert not (tmp_path / "var").exists()


def test_the_menus_that_come_with_us_are_not_published_by_mistake(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["publish", "-m", "new hours"]) == 2
    assert "IVR_MENUS is not set; name the folder: segue publish DIR -m WHY" in capsys.readouterr().err
    assert not (tmp_path / "var").exists()
