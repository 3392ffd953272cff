"""Which messages are wishes, and which only look like some."""

from __future__ import annotations

import pytest

from callbacks.consent import ANSWERS, Kind, wish_of

WISHES: dict[Kind, str] = {
    "stop": "STOP|Stop.|stop!!|please stop|Stop please|UNSUBSCRIBE|opt-out|opt out|End|cancel|Quit|STOPALL|"
    "no more messages|Abmelden|bitte abbestellen|KEINE NACHRICHTEN MEHR|baja|no más mensajes|Arrêt|"
    "s'il vous plaît arrêtez|desabonner|unsubscribe me|stop it|stop messaging me|please stop sending me messages|"
    "STOP STOP STOP|s.t.o.p|Stop\nSent from my iPhone|ＳＴＯＰ|Don’t text me any more, please|never message me again|"
    "Please do not send me any more text messages|Take me off your list|stop these texts|수.신.거.부|"
    "수신거부|수신 거부|그만|중지",
    "start": "START|start|unstop|Anmelden|alta|reprendre|수신동의|시작",
    "help": "HELP|help?|info|Hilfe!|ayuda|aide|도움말",
}
NONE = (
    "don't stop|stop at the second floor|Where is my bus stop|help me with my order|yes|no|1|4217|start over|"
    "cancel my order|don't stop sending me messages|don't send me a new one|stop sending me the red ones|"
    "stop\nwhere it says so|I want to stop texting me about it|don't message|in the end it came||👍|"
    "Ich möchte meine Bestellung stornieren|" + "stop " * 20
)


@pytest.mark.parametrize(
    ("kind", "text"), [(kind, text) for kind, texts in WISHES.items() for text in texts.split("|")]
)
def test_a_wish_in_any_language(kind: Kind, text: str) -> None:
    wish = wish_of(text)
    assert wish is not None
    assert wish.kind == kind
    assert wish.answer


@pytest.mark.parametrize("text", NONE.split("|"))
def test_what_only_looks_like_a_wish(text: str) -> None:
    assert wish_of(text) is None


def test_yes_starts_only_what_was_stopped() -> None:
    wish = wish_of("Yes!", stopped=True)
    assert wish is not None
    assert wish.kind == "start"
    assert wish_of("1", stopped=True) is None


def test_the_language_of_the_answer_is_that_of_the_word() -> None:
    for language, word in {"de": "abmelden", "es": "baja", "fr": "desabonner", "ko": "수신거부", "en": "stop"}.items():
        wish = wish_of(word)
        assert wish is not None
        assert (wish.language, wish.answer) == (language, ANSWERS[language]["stop"])


def test_what_carriers_answer_themselves_is_told_apart() -> None:
    ours = ("stop please", "baja", "STOP STOP", "s.t.o.p", "ＳＴＯＰ", "Stop\nSent from my iPhone", "stop texting me")
    for text in ("STOP", *ours):
        wish = wish_of(text)
        assert wish is not None
        assert wish.carriers_own == (text == "STOP")
