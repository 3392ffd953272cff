"""Calls on a real Asterisk: what a caller hears, and what comes of keys, silence and hanging up."""

from __future__ import annotations

import pytest

from ivr.engine.actions import Say
from tests.asterisk import fake_driver as said
from tests.asterisk.conftest import Lab

pytestmark = pytest.mark.asyncio(loop_scope="module")


async def hears(lab: Lab, call, say: Say) -> None:
    await call.hears(await lab.clip(say.text))


async def test_a_caller_hears_the_question_answers_and_hears_the_next(lab: Lab) -> None:
    call = await lab.phone.call("100")
    await hears(lab, call, said.CHOICE)
    await call.press("1")
    await hears(lab, call, said.NUMBER)
    await call.press("4217#")
    await hears(lab, call, said.ON_ITS_WAY)
    await hears(lab, call, said.CHOICE)
    assert lab.driver.seen("arrived") == ["support +15550100 allowed"]
    assert lab.driver.seen("number") == ["4217"]
