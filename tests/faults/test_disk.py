"""A full disk: a real one, of a few megabytes. Nobody is left in silence, and all goes on once there is space."""

from __future__ import annotations

import asyncio
import os
import subprocess
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from asterisk.instance import Instance
from recognition.speak import Speaker
from tests.asterisk.phone import Phone as SipPhone
from tests.faults.lab import FAST, PATIENCE, Lab, lab, words
from tests.faults.office import MENU, NUMBER, QUESTION, office, services
from tests.faults.site import served
from tests.servers import missing

SIZE = 24  # megabytes: the prompts of the menu and a small database


class Disk:
    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._ballast = folder / "ballast"

    def fill(self) -> None:
        """To the last byte."""
        with self._ballast.open("ab", buffering=0) as file:
            for size in (1 << 20, 1 << 12, 1):
                try:
                    while file.write(bytes(size)) == size:
                        pass
                except OSError:
                    continue

    def free(self) -> None:
        self._ballast.unlink()


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[Disk]:
    folder = tmp_path / "disk"
    folder.mkdir()
    if os.geteuid() or subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={SIZE}m", "segue", folder]).returncode:
        missing("only root may mount the small disk that is to be filled")
    yield Disk(folder)
    subprocess.run(["umount", "-l", folder], check=True)


@pytest.fixture
async def server(disk: Disk, tmp_path: Path) -> AsyncIterator[Lab]:
    """Its data are on the small disk, its log is not. All fixed prompts are made."""
    async with office() as port:
        menus = {"office.yaml": MENU, "services.yaml": services(port)}
        async with lab(tmp_path, menus, DATA_DIR=disk.folder) as server:
            await _warm(server)
            yield server


async def _warm(server: Lab) -> None:
    async with asyncio.timeout(PATIENCE):
        while "fixed prompts are ready" not in server.log():
            await server.get("/healthz")


async def test_a_database_that_cannot_write(server: Lab, disk: Disk) -> None:
    phone, chat = await server.phone(), await server.chat()
    await phone.until("say", text=QUESTION)
    await chat.begin()
    assert NUMBER in await chat.says("give a number")
    assert (await server.get("/readyz"))[0] == 200

    disk.fill()
    await _until_nothing_is_stored(server)
    await phone.press("0", 1)
    await phone.until("error")
    assert (await phone.until("say", text="One moment please."))["seconds"] > 0  # it was made ahead
    status, problem = await chat.write("4217", id_="the-number")
    assert (status, problem["title"]) == (503, "The database does not answer")
    assert "Try again" in problem["detail"]
    late = await server.phone()  # calls when it is full already
    await late.until("error")
    status, ready = await server.get("/readyz")
    assert status == 503
    assert any("free some space" in part["wrong"] for part in ready["parts"])

    disk.free()
    await phone.until("say", text=NUMBER)
    await phone.press("4217#", 2)
    await phone.until("say", text="Thank you for 4 2 1 7.")
    await late.until("say", text=QUESTION)
    status, answer = await chat.write("4217", id_="the-number")
    assert status == 200
    assert "Thank you for 4217." in words(answer)
    assert (await server.get("/readyz"))[0] == 200


async def _until_nothing_is_stored(server: Lab) -> None:
    """SQLite's log has room left in its file."""
    async with asyncio.timeout(PATIENCE):
        while True:
            chat = await server.chat()
            async with chat._http.post(server.url + "/chat") as response:
                if response.status == 503:
                    return


async def test_a_database_that_stays_full_ends_the_call_kindly_and_keeps_the_journey(server: Lab, disk: Disk) -> None:
    phone = await server.phone(number="+14155550199")
    await phone.until("say", text=QUESTION)
    await phone.press("0", 1)
    await phone.until("say", text=NUMBER)
    disk.fill()
    await _until_nothing_is_stored(server)
    await phone.press("4217#", 2)
    await phone.hears("I am sorry, we have a fault here.")
    assert phone.events("say")[-1]["seconds"] > 0  # it was made ahead
    assert (await phone.until("hangup"))["reason"] == "broken"
    await phone.closed()
    disk.free()
    again = await server.phone(number="+14155550199")
    await again.until("collect")
    assert QUESTION not in again.said()


async def test_by_telephone_what_was_made_before_is_heard(asterisk_root: Path, tmp_path: Path, disk: Disk) -> None:
    """The question and its choices are there, and room for one sound of them all is not."""
    async with office() as port, Instance(asterisk_root, tmp_path / "asterisk") as asterisk:
        menus = {"office.yaml": MENU, "services.yaml": services(port)}
        async with lab(tmp_path, menus, ASTERISK_SOUNDS=disk.folder, AMI_URL=asterisk.ami_url) as server:
            await _warm(server)
            disk.fill()
            async with Speaker(disk.folder, "gmw/en-us", FAST) as speaker, SipPhone(asterisk.sip_port) as phone:
                call = await phone.call("100")
                await call.hears(await served(speaker, QUESTION), PATIENCE)
                await call.press("0")
                await call.hears(await served(speaker, NUMBER), PATIENCE)


async def test_prompts_that_cannot_be_kept(tmp_path: Path, disk: Disk) -> None:
    """Only they are on the full disk, as where Asterisk reads them from."""
    async with office() as port:
        menus = {"office.yaml": MENU, "services.yaml": services(port)}
        async with lab(tmp_path, menus, ASTERISK_SOUNDS=disk.folder) as server:
            await _warm(server)
            disk.fill()
            status, ready = await server.get("/readyz")
            assert status == 503
            assert any(str(disk.folder) in part["wrong"] for part in ready["parts"])
            phone = await server.phone()
            assert (await phone.until("say", text=QUESTION))["seconds"] > 0
            await phone.press("04217#", 1)
            assert (await phone.until("say", text="Thank you for 4 2 1 7."))["seconds"] == 0  # shown all the same
            assert (await phone.until("say", text=QUESTION))["seconds"] > 0
            assert "prompts cannot be kept" in server.log()
            assert "4 2 1 7" not in server.log()
            disk.free()
            await phone.press("0", 7)
            assert (await phone.until("say", text="Thank you for 4 2 1 7."))["seconds"] > 0
            assert (await server.get("/readyz"))[0] == 200
