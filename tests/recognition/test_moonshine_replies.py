"""Yes and no: what is confirmed by mistake is worse than what is asked twice."""

from __future__ import annotations

import numpy as np
import pytest

from recognition import audio
from recognition.audio import Samples
from recognition.listen import Hints
from recognition.moonshine.engine import Moonshine
from recognition.moonshine.model import RATE
from recognition.moonshine.replies import FARTHEST, Replied, Replies
from tests.bench.speech.line import mu_law
from tests.bench.speech.texts import ASK_YES_NO
from tests.recognition import sounds

LINE = 8000
STEP = 192  # samples at 8,000 Hz of the encoder's step
SURE = 0.5


def by_telephone(text: str, voice: str, late: int = 0) -> Samples:
    """`late`: samples at 8,000 Hz by which the ear began to listen later."""
    room = [audio.silence(0.33, LINE)[late:], sounds.said(text, LINE, voice), audio.silence(0.5, LINE)]
    return audio.resample(mu_law(np.concatenate(room)), LINE, RATE)


def heard(moonshine: Moonshine, sound: Samples, asked: Hints = ASK_YES_NO) -> str:
    """Empty: it would be asked for again."""
    decoding = moonshine.open(asked)
    decoding.feed(sound)
    found = [one for one in decoding.final() if one.option]
    if not found or found[0].confidence < SURE:
        return ""
    return "" if any(found[0].confidence - one.confidence < 0.15 for one in found[1:]) else found[0].option or ""


def test_a_short_no_is_never_a_yes_wherever_the_steps_of_the_network_fall(moonshine: Moonshine) -> None:
    """It was, in one of four places (this voice taught neither the network nor the layer)."""
    told = [heard(moonshine, by_telephone("No.", "flite:slt", late)) for late in range(0, STEP, 16)]
    assert "yes" not in told
    assert told.count("no") >= 10


@pytest.mark.parametrize("voice", ["en-us", "en-gb+f3", "en-us+f4"])
def test_who_says_no_to_what_the_network_is_sure_of_is_asked_again(voice: str, moonshine: Moonshine) -> None:
    """It writes "Yeah." and thinks of nothing else."""
    assert heard(moonshine, by_telephone("nah", voice)) != "yes"


@pytest.mark.parametrize("voice", ["slt", "awb", "rms"])
@pytest.mark.parametrize(
    ("text", "reply"),
    [
        *((text, "yes") for text in ("yes", "yeah", "sure", "that's right")),
        *((text, "no") for text in ("no", "nope", "no thanks", "that's not right")),
    ],
)
def test_the_layer_does_not_stand_against_what_was_said(
    text: str, reply: str, voice: str, moonshine: Moonshine
) -> None:
    assert heard(moonshine, by_telephone(text, f"flite:{voice}")) == reply


def test_a_no_is_never_made_a_yes(moonshine: Moonshine, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Replies, "spot", lambda _self, _view: Replied({"yes": 1.0, "no": 0.0, "": 0.0}))
    told = {heard(moonshine, by_telephone("No.", "flite:slt", late)) for late in (0, 32, 80, 96)}
    assert told == {""}


def test_the_opposite_of_what_it_sounds_like_is_unlikely_and_other_options_are_not() -> None:
    replied = Replied({"yes": 0.9, "no": 0.09, "": 0.01})
    assert replied.fit("yes") > -0.1 > -2.0 > replied.fit("no") > FARTHEST
    assert Replied({"yes": 1.0, "no": 0.0, "": 0.0}).fit("no") == FARTHEST
    assert replied.fit("operator") == replied.fit(None) == 0.0
