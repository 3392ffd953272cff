"""Calls on a real Asterisk: what a caller hears, and what comes of keys, silence and hanging up."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from pathlib import Path
from typing import Literal

import pytest

from asterisk.ami import AMI
from asterisk.instance import Instance
from asterisk.leg import sound
from recognition import audio
from recognition.speak import Clip
from tests.asterisk import fake_driver as said
from tests.asterisk.conftest import Lab
from tests.asterisk.hearing import times

pytestmark = pytest.mark.asyncio(loop_scope="module")


async def test_a_caller_hears_the_question_answers_and_hears_the_next(lab: Lab) -> None:
    call = await lab.phone.call("100")
    await lab.hears(call, said.CHOICE)
    await call.press("1")
    await lab.hears(call, said.NUMBER)
    await call.press("4217#")
    await lab.hears(call, said.ON_ITS_WAY)
    await lab.hears(call, said.CHOICE)
    assert lab.driver.seen("arrived") == ["support +15550100 allowed"]
    assert lab.driver.seen("number") == ["4217"]


async def test_the_dialplan_says_menu_and_language(lab: Lab, asterisk: Instance) -> None:
    ami, told = AMI(asterisk.ami_url), {"SEGUE_MENU": "cards", "SEGUE_LANGUAGE": "de-DE"}
    await ami.connect()
    try:
        for name, value in told.items():  # for all calls
            await ami.do("Setvar", Variable=name, Value=value)
        await lab.hears(await lab.phone.call("100"), said.CHOICE)
    finally:
        for name in told:
            await ami.do("Setvar", Variable=name, Value="")
        ami.close()
    assert lab.driver.seen("arrived") == ["cards +15550100 allowed de-DE"]


async def test_a_prompt_is_heard_whole_and_clear(lab: Lab) -> None:
    call = await lab.phone.call("100")
    await lab.hears(call, said.CHOICE)
    await call.silence(1.0)
    assert await lab.likeness(call, said.CHOICE) > 0.95


async def test_the_first_key_stops_the_prompt_and_is_not_lost(lab: Lab) -> None:
    call = await lab.phone.call("100")
    await lab.hears(call, said.CHOICE)
    await call.press("1")
    await lab.hears(call, said.NUMBER)
    await call.press("4")  # not complete: nothing takes the prompt's place
    await call.silence()
    clip = await lab.clip(said.NUMBER.text)
    samples, _ = audio.read(clip.path)
    assert times(call.sound.pcm(), samples[-8000:]) == 0, "the prompt went on to its end"
    await call.press("217#")
    await lab.hears(call, said.ON_ITS_WAY)
    assert lab.driver.seen("number") == ["4217"]


async def test_who_knows_the_menu_keys_through_it_without_listening(lab: Lab) -> None:
    call = await lab.phone.call("100")
    await lab.hears(call, said.CHOICE)
    await call.press("14217#1831199#")
    await lab.driver.until(lambda: len(lab.driver.seen("number")) == 2)
    assert lab.driver.seen("number") == ["4217", "831199"]
    number, _ = audio.read((await lab.clip(said.NUMBER.text)).path)
    await lab.hears(call, said.ON_ITS_WAY)
    assert times(call.sound.pcm(), number) == 0


async def test_silence_after_the_prompt_is_noticed(lab: Lab) -> None:
    lab.driver.timeout = 0.5
    call = await lab.phone.call("100")
    await lab.hears(call, said.CHOICE)
    await lab.hears(call, said.SILENT)
    await lab.hears(call, said.CHOICE)
    assert lab.driver.seen("noinput")[0] == "choice"


async def test_a_pause_after_some_keys_ends_the_answer(lab: Lab) -> None:
    lab.driver.interdigit = 0.3
    call = await lab.phone.call("100")
    await call.press("1")
    await lab.hears(call, said.NUMBER)
    await call.press("42171")
    await lab.hears(call, said.ON_ITS_WAY)
    assert lab.driver.seen("number") == ["42171"]


async def test_a_phone_that_does_send_a_d_stops_nothing(lab: Lab) -> None:
    call = await lab.phone.call("100")
    await lab.hears(call, said.CHOICE)
    await call.press("D")
    await lab.hears(call, said.CHOICE)  # it was cut off: said again
    await call.press("1")
    await lab.hears(call, said.NUMBER)


async def test_what_is_said_while_the_back_office_is_asked_is_heard_to_its_end(lab: Lab) -> None:
    lab.driver.slow.set()  # the back office is much quicker than the filler
    call = await lab.phone.call("100")
    await lab.hears(call, said.CHOICE)
    await call.press("3")
    await lab.hears(call, said.FILLER)
    await lab.hears(call, said.NUMBER)
    assert await lab.likeness(call, said.FILLER) > 0.95


async def test_keys_pressed_while_the_back_office_is_asked_count(lab: Lab) -> None:
    call = await lab.phone.call("100")
    await lab.hears(call, said.CHOICE)
    await call.press("3")
    await lab.hears(call, said.FILLER)
    await call.press("4217#")
    lab.driver.slow.set()
    await lab.hears(call, said.ON_ITS_WAY)
    assert lab.driver.seen("number") == ["4217"]


async def test_we_say_goodbye_and_hang_up(lab: Lab) -> None:
    call = await lab.phone.call("100")
    await lab.hears(call, said.CHOICE)
    await call.press("9")
    await lab.hears(call, said.GOODBYE)
    assert await call.ended == "they"
    await lab.driver.until(lambda: lab.driver.seen("left") == ["ours"])
    assert await lab.likeness(call, said.GOODBYE) > 0.95, "cut off before its end"


@pytest.mark.parametrize("reason", ["", 'Q.850;cause=31;text="normal, unspecified"'])
async def test_the_caller_hangs_up(lab: Lab, reason: str) -> None:
    call = await lab.phone.call("100")
    await lab.hears(call, said.CHOICE)
    call.hang_up(reason)
    await lab.driver.until(lambda: lab.driver.seen("left") == ["caller"])


async def test_a_lost_line_is_no_hang_up(lab: Lab) -> None:
    call = await lab.phone.call("100")
    await lab.hears(call, said.CHOICE)
    call.vanish()
    await lab.driver.until(lambda: lab.driver.seen("left") == ["dropped"])


async def test_a_carrier_that_reports_a_lost_radio_link(lab: Lab) -> None:
    call = await lab.phone.call("100")
    await lab.hears(call, said.CHOICE)
    call.hang_up('SIP;cause=408;text="Request Timeout"')
    await lab.driver.until(lambda: lab.driver.seen("left") == ["dropped"])


async def test_a_stranger_is_not_believed_to_be_somebody_else(lab: Lab) -> None:
    await lab.phone.call("100", {"P-Asserted-Identity": "<sip:+15559999@127.0.0.1>"})
    await lab.driver.until(lambda: bool(lab.driver.seen("arrived")))
    assert lab.driver.seen("arrived") == ["support +15550100 allowed"]


async def test_a_caller_without_a_number(lab: Lab) -> None:
    lab.phone.user = "anonymous"
    await lab.phone.call("100")
    await lab.driver.until(lambda: bool(lab.driver.seen("arrived")))
    assert lab.driver.seen("arrived") == ["support anonymous allowed"]


async def test_nobody_outside_can_name_the_contact_they_want(lab: Lab) -> None:
    await lab.phone.call("100", {"X-Context-Id": "ast-of-somebody-else"})
    await lab.driver.until(lambda: bool(lab.driver.events))
    assert "somebody" not in lab.driver.events[0][0]


async def test_a_prompt_that_cannot_be_spoken_is_left_out(lab: Lab, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(said, "NUMBER", said.Say("x" * 5000))  # longer than the speaker takes
    call = await lab.phone.call("100")
    await lab.hears(call, said.CHOICE)
    await call.press("1")
    await lab.driver.until(lambda: lab.driver.seen("choice") == ["1"])
    await call.press("4217#")
    await lab.hears(call, said.ON_ITS_WAY)


async def test_a_prompt_file_that_is_gone_does_not_stop_the_call(lab: Lab, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(said, "NUMBER", said.Say("This sound will be taken away."))
    joined = lab.speaker.joined

    async def taking_it_away(says: Sequence[said.Say], rate: Literal[8000]) -> Clip:
        clip = await joined(says, rate)
        if says[0] == said.NUMBER:
            clip.path.unlink(missing_ok=True)
        return clip

    monkeypatch.setattr(lab.speaker, "joined", taking_it_away)
    call = await lab.phone.call("100")
    await lab.hears(call, said.CHOICE)
    await call.press("1")
    await lab.driver.until(lambda: lab.driver.seen("choice") == ["1"])
    await call.press("4217#")
    await lab.hears(call, said.ON_ITS_WAY)


async def test_the_journey_goes_on_elsewhere(lab: Lab) -> None:
    call = await lab.phone.call("100")
    await lab.hears(call, said.CHOICE)
    await lab.driver.leg(lab.driver.events[0][0]).moved()
    assert await call.ended == "they"
    await lab.driver.until(lambda: lab.driver.seen("left") == ["ours"])


async def test_a_key_that_means_nothing_does_not_swallow_the_prompt(lab: Lab) -> None:
    call = await lab.phone.call("100")
    await lab.hears(call, said.CHOICE)
    await call.press("1")
    await lab.hears(call, said.NUMBER)
    await call.press("421799#")  # six keys are complete: the # comes when the next prompt plays already
    await lab.hears(call, said.ON_ITS_WAY)
    await lab.hears(call, said.CHOICE)
    assert lab.driver.seen("number") == ["421799"]


async def test_no_key_is_logged(lab: Lab, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level("DEBUG")
    call = await lab.phone.call("100")
    await lab.hears(call, said.CHOICE)
    await call.press("1777333#")
    await lab.hears(call, said.ON_ITS_WAY)
    call.hang_up()
    await lab.driver.until(lambda: bool(lab.driver.seen("left")))
    assert "777333" not in caplog.text + lab.asterisk.console()


async def test_ten_calls_at_once_do_not_hear_each_other(lab: Lab) -> None:
    async def one(number: str) -> None:
        call = await lab.phone.call("100")
        await lab.hears(call, said.CHOICE)
        await call.press(f"1{number}#")
        await lab.hears(call, said.ON_ITS_WAY)
        call.hang_up()

    numbers = [f"{1000 + n}" for n in range(10)]
    await asyncio.gather(*(one(number) for number in numbers))
    assert sorted(lab.driver.seen("number")) == numbers
    await lab.driver.until(lambda: len(lab.driver.seen("left")) == 10)
    assert lab.channel.calls_on == 0
    contacts = {contact for contact, what, _ in lab.driver.events if what == "arrived"}
    assert len(contacts) == 10


async def test_a_folder_that_asterisk_could_not_play_from_is_refused() -> None:
    assert sound(Path("/srv/pro mpts/a.wav")) == "/srv/pro mpts/a"
    with pytest.raises(ValueError, match="IVR_ASTERISK_SOUNDS"):
        sound(Path("/srv/a,b/c.wav"))
