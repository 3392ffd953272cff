"""A server whose folder has mistakes: what was in force stays, sound menus are served, and all mistakes are told."""

from __future__ import annotations

import asyncio
import logging
import os
import signal
import sys
from pathlib import Path

import pytest

from ivr.engine.loader import MenuMistakes
from ivr.server import build
from ivr.settings import Settings
from tests.publishing.menus import menu, text
from tests.servers import free_port, needs

MISSPELT = ("goto: track", "goto: trak")
BROKEN = "menu: clinic\nsteps: [\n"


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    """Of a server with the support line in its folder, and an empty database."""
    needs("espeak-ng", "serving needs a voice")
    (tmp_path / "menus").mkdir()
    (tmp_path / "menus/support.yaml").write_text(text())
    return Settings(menus=tmp_path / "menus", data_dir=tmp_path / "var", port=free_port(), ears=0)


async def served(settings: Settings) -> dict[str, str]:
    """Menu -> version, of a server that is started and ended."""
    async with build(settings) as segue:
        return {name: flow.version for name, flow in segue.flows.menus.items()}


async def test_a_mistake_in_a_menu_leaves_its_version_in_force(
    settings: Settings, caplog: pytest.LogCaptureFixture
) -> None:
    await served(settings)
    (settings.menus / "support.yaml").write_text(text(MISSPELT))
    assert await served(settings) == {"support": menu().version}
    line = next(n for n, words in enumerate(text(MISSPELT).splitlines(), 1) if "goto: trak" in words)
    assert f"{settings.menus}/support.yaml:{line}:" in caplog.text
    assert 'did you mean "track"?' in caplog.text
    stays = f"what is in force stays, version {menu().version} of support."
    assert f"support.yaml has mistakes, and {stays}" in caplog.text
    assert f"segue publish {settings.menus} -m WHY" in caplog.text


async def test_a_broken_menu_that_was_never_published_is_told_and_the_others_are_served(
    settings: Settings, caplog: pytest.LogCaptureFixture
) -> None:
    (settings.menus / "broken.yaml").write_text(BROKEN)
    assert await served(settings) == {"support": menu().version}
    told = [record.getMessage() for record in caplog.records if record.levelno == logging.ERROR]
    assert told[0].startswith(f"{settings.menus}/broken.yaml:3:1: this is not YAML")
    assert told[1].startswith("broken.yaml has mistakes, and it is not served. Mend it")


async def test_a_menu_whose_text_is_no_yaml_is_known_by_its_name(
    settings: Settings, caplog: pytest.LogCaptureFixture
) -> None:
    (settings.menus / "doctors.yaml").write_text(text(("menu: support", "menu: clinic")))
    before = await served(settings)
    (settings.menus / "doctors.yaml").write_text(BROKEN)
    assert await served(settings) == before
    assert f"what is in force stays, version {before['clinic']} of clinic." in caplog.text


async def test_without_any_version_of_the_menu_that_calls_get_the_start_fails_with_the_mistakes(
    settings: Settings,
) -> None:
    (settings.menus / "support.yaml").write_text(text(MISSPELT))
    (settings.menus / "clinic.yaml").write_text(text(("menu: support", "menu: clinic")))
    with pytest.raises(MenuMistakes, match='did you mean "track"'):
        await served(settings)
    (settings.menus / "support.yaml").write_text(text())
    assert sorted(await served(settings)) == ["clinic", "support"]


async def test_services_with_mistakes_stop_the_start(settings: Settings) -> None:
    await served(settings)
    (settings.menus / "services.yaml").write_text("services: [\n")
    with pytest.raises(MenuMistakes, match=r"^services\.yaml:2:1: [^\n]*$"):
        await served(settings)


async def test_on_a_terminal_mistakes_are_red(settings: Settings) -> None:
    (settings.menus / "broken.yaml").write_text(BROKEN)
    ours, theirs = os.openpty()
    environ = {name: value for name, value in os.environ.items() if not name.startswith(("IVR_", "NO_COLOR"))}
    own = {"IVR_MENUS": settings.menus, "IVR_DATA_DIR": settings.data_dir, "IVR_PORT": settings.port}
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "ivr.cli", "serve", "--demo"),
        env=environ | {name: str(value) for name, value in own.items()},
        stdout=asyncio.subprocess.PIPE,
        stderr=theirs,
    )
    os.close(theirs)
    reading = asyncio.create_task(asyncio.to_thread(everything, ours))
    try:
        async with asyncio.timeout(120):
            assert process.stdout
            assert b"open http://" in await process.stdout.readline()
            process.send_signal(signal.SIGTERM)
            assert await process.wait() == 0
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
        told = await reading
        os.close(ours)
    red = [line for line in told.splitlines() if line.startswith("\x1b[31m")]
    assert [line.endswith("\x1b[0m") for line in red] == [True, True]
    assert "broken.yaml:3:1: this is not YAML" in red[0]
    assert "INFO" in told


def everything(terminal: int) -> str:
    """What was written until the last writer left."""
    told = b""
    try:
        while piece := os.read(terminal, 65536):
            told += piece
    except OSError:  # EIO: as Linux says it
        pass
    return told.decode()
