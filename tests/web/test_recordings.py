"""Messages that customers spoke, as the desk gets them."""

from __future__ import annotations

import logging
from pathlib import Path

import numpy as np
import pytest
from aiohttp.test_utils import TestClient

from recognition import audio
from tests.web.conftest import Open
from tests.web.desk import Desk
from tests.web.pop import RECORDING

PATH = f"/api/recordings/{RECORDING}"


def spoken(folder: Path) -> bytes:
    """A message of two seconds; the bytes of its file."""
    file = folder / f"{RECORDING}.wav"
    hum = np.sin(np.arange(32_000) * 2 * np.pi * 300 / 16_000) / 4
    audio.write(file, hum.astype(np.float32), 16_000)
    return file.read_bytes()


async def test_a_message_is_played_whole_or_from_any_place(
    client: TestClient, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    sound = spoken(tmp_path)
    with caplog.at_level(logging.INFO, "ivr.web.recordings"):
        response = await client.get(PATH)
        assert await response.read() == sound
        assert (response.content_type, response.headers["Cache-Control"]) == ("audio/wav", "no-store")
        part = await client.get(PATH, headers={"Range": "bytes=1000-1999"})
    assert (part.status, await part.read()) == (206, sound[1000:2000])
    assert part.headers["Content-Range"] == f"bytes 1000-1999/{len(sound)}"
    assert [record.message for record in caplog.records] == [f"recording {RECORDING} was looked at from 127.0.0.1"]


@pytest.mark.parametrize("name", [RECORDING, "x", "..%2Fsegue.db"])
async def test_what_is_gone_or_never_was_says_so(client: TestClient, name: str) -> None:
    response = await client.get(f"/api/recordings/{name}")
    assert response.status == 404
    assert "deleted with age" in (await response.json())["detail"]


async def test_a_message_is_for_those_with_the_desks_key(client_of: Open, tmp_path: Path) -> None:
    sound = spoken(tmp_path)
    client = await client_of(Desk(key="the desk's own key", recordings=tmp_path))
    assert (await client.get(PATH)).status == 401
    response = await client.get(PATH, headers={"Authorization": "Bearer the desk's own key"})
    assert await response.read() == sound
