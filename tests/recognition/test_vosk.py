"""Vosk, with its real native code and a real model."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest

from ivr.engine.events import Alternative
from recognition.audio import Samples
from recognition.ear_wire import EngineSpec
from recognition.ear_worker import load
from recognition.engine import Engine
from recognition.listen import Hints, Kind
from recognition.vosk.coverage import coverage
from recognition.vosk.engine import Vosk
from recognition.vosk.grammar import grammar
from recognition.vosk.model import NotAModel, look
from tests.recognition.korean import NO, QUESTION, REFUND, call, model, upsampled
from tests.recognition.sounds import joined, pink, silence

VOICES = ("ko", "ko+f3", "ko+m3")
OTHERS = ("안녕하세요", "취소", "날씨가 좋네요", "오늘은 학교에 갑니다", "음악을 틀어 주세요", "고맙습니다")
HEARD = 0.5  # of confidence; below it the menu's engine asks again


@pytest.fixture(scope="module")
def vosk() -> Engine:
    return load(EngineSpec("vosk", "ko-KR", str(model())))


def heard(engine: Engine, samples: Samples, hints: Hints = QUESTION) -> tuple[Alternative, ...]:
    """Told in frames, as calls come in."""
    decoding = engine.open(hints)
    for frame in np.array_split(samples, max(1, len(samples) // 320)):
        decoding.feed(frame)
    return decoding.final()


def options(found: Sequence[Alternative]) -> list[str | None]:
    return [one.option for one in found if one.confidence >= HEARD]


@pytest.mark.parametrize(("text", "option"), [(REFUND, "refund"), (NO, "no")])
def test_the_words_of_the_menu_are_understood_by_telephone(vosk: Engine, text: str, option: str) -> None:
    for voice in VOICES:
        assert options(heard(vosk, upsampled(call(text, voice)))) == [option], voice


@pytest.mark.parametrize(("text", "option"), [(REFUND, "refund"), (NO, "no")])
def test_a_noisy_line_is_no_hindrance(vosk: Engine, text: str, option: str) -> None:
    speech = call(text)
    noisy = speech + pink(len(speech) / 8000, 8000, -32)[: len(speech)]
    assert options(heard(vosk, upsampled(noisy))) == [option]


def test_most_other_speech_is_no_answer(vosk: Engine) -> None:
    """Held to two phrases. About one in six was taken for one of them when this was written."""
    wrong = [text for text in OTHERS for voice in VOICES if options(heard(vosk, upsampled(call(text, voice))))]
    assert len(wrong) <= len(OTHERS) * len(VOICES) / 3, wrong


def test_silence_noise_and_nothing_are_no_answer(vosk: Engine) -> None:
    assert heard(vosk, silence(2, 16000)) == ()
    assert not options(heard(vosk, pink(2, 16000)))
    assert heard(vosk, silence(0)) == ()


def test_words_show_while_they_are_said(vosk: Engine) -> None:
    decoding = vosk.open(QUESTION)
    decoding.feed(upsampled(call(REFUND)))
    assert REFUND in decoding.partial(lambda: False)


def test_what_is_said_in_two_pieces_is_one_answer(vosk: Engine) -> None:
    hints = Hints("options", "ko-KR", {"both": (f"{NO} {REFUND}",), "one": (REFUND,)})
    pause = silence(1.5)
    found = heard(vosk, upsampled(joined(call(NO), pause, call(REFUND))), hints)
    assert found[0].option == "both"


def test_one_model_hears_several_at_once(vosk: Engine) -> None:
    sounds = [upsampled(call(text)) for text in (REFUND, NO)]
    decodings = [vosk.open(QUESTION) for _ in sounds]
    for frames in zip(*(np.array_split(sound, 50) for sound in sounds), strict=True):
        for decoding, frame in zip(decodings, frames, strict=True):
            decoding.feed(frame)
    assert [decoding.final()[0].option for decoding in decodings] == ["refund", "no"]


def test_a_free_answer_is_heard_without_a_grammar(vosk: Engine) -> None:
    (only,) = heard(vosk, upsampled(call("안녕하세요")), Hints("text", "ko-KR", {}))
    assert only.text
    assert only.option is None
    assert 0 < only.confidence < 1


@pytest.mark.parametrize("kind", ["number", "money", "date", "time"])
def test_where_a_value_is_asked_for_only_such_words_are_heard(vosk: Engine, kind: Kind) -> None:
    hints = Hints(kind, "ko-KR", {"refund": (REFUND,)}, frozenset({"refund"}))
    words = {word for phrase in grammar(hints, lambda _word: True).phrases for word in phrase.split()}
    for text in OTHERS:
        assert {word for one in heard(vosk, upsampled(call(text)), hints) for word in one.text.split()} <= words


def test_a_number_comes_in_figures(vosk: Engine) -> None:
    hints = Hints("digits", "ko-KR", {}, least=1, most=9)
    found = heard(vosk, upsampled(joined(*(call(word) for word in ("일", "이", "삼", "사")))), hints)
    assert found
    assert all(one.text.isdigit() for one in found)


def test_a_number_of_the_wrong_length_is_hardly_trusted(vosk: Engine) -> None:
    sound = upsampled(joined(*(call(word) for word in ("일", "이", "삼", "사"))))
    any_length, twelve = (Hints("digits", "ko-KR", {}, least=least, most=12) for least in (1, 12))
    assert heard(vosk, sound, twelve)[0].confidence < heard(vosk, sound, any_length)[0].confidence * 0.8


@pytest.mark.parametrize(
    "phrases",
    [
        (),
        ("",),
        ("…!?",),
        ("zzzz qqqq",),
        ('"', "]", '["', "{}", "\\", "\x00\x01"),
        ("💳", "\ud800", "́"),
        ("a" * 5000,),
        (" ".join([REFUND] * 500),),
        tuple(f"{REFUND} {n}" for n in range(300)),
    ],
)
def test_no_menu_kills_the_native_code(vosk: Engine, phrases: tuple[str, ...]) -> None:
    """It ends the process on a grammar that is none; this one would be gone."""
    hints = Hints("options", "ko-KR", {"odd": phrases})
    vosk.check(hints)
    heard(vosk, upsampled(call(REFUND)), hints)


def test_phrases_of_words_it_does_not_know_are_named(vosk: Engine) -> None:
    (told,) = vosk.check(Hints("options", "ko-KR", {"a": (REFUND, f"{REFUND} qwertz")}))
    assert f"“{REFUND} qwertz”" in told
    assert "does not know “qwertz”" in told
    assert not vosk.check(QUESTION)


def test_of_yes_and_no_one_word_each_is_enough(vosk: Engine) -> None:
    words = ("아니요", "qwertz")
    assert not vosk.check(Hints("yes_no", "ko-KR", {"yes": ("네", "okay"), "no": words}))
    (told,) = vosk.check(Hints("yes_no", "ko-KR", {"yes": ("okay",), "no": words}))
    assert told.startswith("“okay” cannot be said at all: its recognizer does not know “okay”")


# without native code


def phrases(hints: Hints, *vocabulary: str) -> tuple[str, ...]:
    return grammar(hints, set(vocabulary).__contains__).phrases


@pytest.mark.parametrize(
    ("phrase", "vocabulary", "spelt"),
    [
        ("What's my balance?", ("what's", "my", "balance"), "what's my balance"),
        ("l’adresse", ("l'", "adresse"), "l' adresse"),
        ("d'accord", ("d", "accord"), "d accord"),
        ("open 24-hours", ("open", "twenty", "four", "hours"), "open twenty four hours"),
        ("Café", ("café",), "café"),
    ],
)
def test_phrases_are_spelt_as_the_model_has_them(phrase: str, vocabulary: tuple[str, ...], spelt: str) -> None:
    assert spelt in phrases(Hints("options", "en-US", {"it": (phrase,)}), *vocabulary)


def test_a_phrase_of_two_options_means_both() -> None:
    found = grammar(Hints("options", "en-US", {"a": ("Cards!",), "b": ("cards", "zzz")}), {"cards"}.__contains__)
    assert found.means == {"cards": ("a", "b")}
    assert found.unknown == {"zzz": ("zzz",)}
    assert found.phrases == ("cards",)


def test_a_menu_of_strange_words_is_not_held_to_the_mark_of_them() -> None:
    assert not phrases(Hints("options", "en-US", {"it": ("qwertz",)}), "[unk]")
    assert phrases(Hints("options", "en-US", {"it": ("cards",)}), "[unk]", "cards") == ("cards", "[unk]")


def test_digits_are_heard_one_after_the_other_and_in_pairs() -> None:
    found = grammar(Hints("digits", "en-US", {}, least=4, most=4), lambda _word: True).phrases
    assert {"four", "oh", "forty two", "double"} <= set(found)
    assert any("one two three four" in phrase for phrase in found)
    assert "one hundred" not in found


@pytest.mark.parametrize(
    ("kind", "language", "said"),
    [
        ("money", "en-US", {"dollars", "cents", "hundred", "point"}),
        ("date", "en-US", {"third", "december", "tuesday", "tomorrow", "next"}),
        ("time", "en-US", {"half past", "noon", "morning", "thirty"}),
        ("date", "de-DE", {"dritte", "dezember", "morgen"}),
        ("time", "fr-FR", {"midi", "trente"}),
        ("number", "es-ES", {"quinientos", "mil", "coma"}),
    ],
)
def test_values_are_told_by_the_words_of_their_language(kind: Kind, language: str, said: set[str]) -> None:
    found = grammar(Hints(kind, language, {}), lambda _word: True).phrases
    assert said <= set(found)


# directories


def test_a_model_is_what_its_files_say() -> None:
    found = look(model())
    assert (found.rate, found.grammars) == (16000, True)


def unpacked(folder: Path, *without: str) -> Path:
    for name in ("am/final.mdl", "conf/mfcc.conf", "graph/HCLr.fst", "graph/Gr.fst"):
        if name not in without:
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            (folder / name).write_text("--sample-frequency=8000\n")
    return folder


def test_a_model_may_be_of_half_the_rate_and_without_grammars(tmp_path: Path) -> None:
    assert look(unpacked(tmp_path)).rate == 8000
    (tmp_path / "graph/Gr.fst").unlink()
    (tmp_path / "graph/HCLG.fst").write_text("…")
    assert not look(tmp_path).grammars


@pytest.mark.parametrize(
    ("made", "told"),
    [
        (lambda folder: folder / "nowhere", r"is no directory; get a model from https://alphacephei\.com/vosk/models"),
        (lambda folder: folder, r"has no am/final\.mdl and no conf/mfcc\.conf; unpack the model"),
        (lambda folder: unpacked(folder, "graph/Gr.fst"), r"has no graph/HCLG\.fst, and not both"),
        (lambda folder: unpacked(folder / "vosk-model-small").parent, r"name .*vosk-model-small instead"),
    ],
)
def test_a_bad_directory_is_told_before_native_code_sees_it(tmp_path: Path, made: object, told: str) -> None:
    assert callable(made)
    with pytest.raises(NotAModel, match=told):
        Vosk("en-US", made(tmp_path))


def test_a_model_for_sound_that_no_call_has_is_refused(tmp_path: Path) -> None:
    (unpacked(tmp_path) / "conf/mfcc.conf").write_text("--sample-frequency=44100")
    with pytest.raises(NotAModel, match="44100 Hz"):
        look(tmp_path)


# how much of the sound is accounted for


def beep() -> Samples:
    return (np.sin(np.arange(8000) / 3) / 4).astype(np.float32)


def test_what_sounds_beside_the_words_is_counted() -> None:
    tone = beep()
    sound = joined(silence(0.5), tone, silence(0.3), tone, silence(0.6))
    assert coverage(sound, 8000, [(0.5, 1.5), (1.8, 2.8)]) == pytest.approx(1, abs=0.01)
    assert coverage(sound, 8000, [(1.8, 2.8)]) == pytest.approx(0.5, abs=0.05)
    assert coverage(sound, 8000, []) == 0


def test_noise_is_not_taken_for_sound() -> None:
    tone = beep()
    sound = joined(silence(0.5), tone, silence(0.6))
    noisy = sound + pink(len(sound) / 8000)[: len(sound)]
    assert coverage(noisy, 8000, [(0.5, 1.5)]) > 0.9
    assert coverage(silence(2), 8000, [(0.5, 1.5)]) == 0
    assert coverage(silence(0), 8000, []) == 0
