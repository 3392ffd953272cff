"""Keys to answers: a table of what callers do, and laws that hold for whatever they do."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ivr.engine.actions import Keys
from recognition.keys import KEYS, LIMIT, Answer, Keyed, KeyPad, Silence

MENU = Keys(options=("1", "2", "0"))
LONG = Keys(options=("1", "12", "345"))
ORDER = Keys(options=("0", "9"), min=6, max=10)
PIN = Keys(options=("0", "*"), min=4, max=4)
HASH = Keys(options=("1", "#"))
TIMEOUT, INTERDIGIT = 5.0, 3.0


def answers(pad: KeyPad, collects: list[Keys], presses: str) -> list[Answer]:
    """Press everything in the first collects that are open, then let silence end the rest."""
    got: list[Answer] = []
    keys = iter(presses)
    for collect in collects:
        answer = pad.begin(collect, TIMEOUT, INTERDIGIT, prompt_ends=0.0, now=0.0)
        while answer is None and (key := next(keys, None)) is not None:
            answer = pad.press(key, 0.0)
        got.append(answer or wait(pad))
    return got


def wait(pad: KeyPad) -> Answer:
    assert pad.deadline is not None
    answer = pad.tick(pad.deadline)
    assert answer is not None
    return answer


@pytest.mark.parametrize(
    ("collect", "presses", "text", "left"),
    [
        (MENU, "1", "1", ""),
        (MENU, "12", "1", "2"),
        (MENU, "5", "5", ""),  # no such choice: said so at once, not after a silence
        (MENU, "#1", "1", ""),
        (LONG, "12", "12", ""),
        (LONG, "13", "1", "3"),
        (LONG, "1#", "1", ""),
        (LONG, "347", "347", ""),
        (ORDER, "123456#7", "123456", "7"),
        (ORDER, "12345678901", "1234567890", "1"),
        (ORDER, "123#", "123", ""),  # too short is for the engine to say
        (ORDER, "0#", "0", ""),
        (ORDER, "#0123456#", "0123456", ""),
        (PIN, "4217", "4217", ""),
        (PIN, "0421", "0421", ""),
        (PIN, "*4217", "*", "4217"),  # no PIN begins so
        (PIN, "42*1", "42*1", ""),  # one wrong answer, not a wrong one and the beginning of another
        (HASH, "#1", "#", "1"),
        (Keys(options=("12345",), max=4), "12346", "1234", "6"),
        (Keys(options=("12345",), max=4), "12345", "12345", ""),
        (Keys(max=3, terminator=""), "12#4", "12#", "4"),
    ],
)
@pytest.mark.parametrize("ahead", [True, False], ids=["typed ahead", "pressed"])
def test_answer(collect: Keys, presses: str, text: str, left: str, ahead: bool) -> None:
    pad = KeyPad(presses if ahead else "")
    got = [pad.begin(collect, TIMEOUT, INTERDIGIT, prompt_ends=0.0, now=0.0)]
    got += [pad.press(key, 0.0) for key in ("" if ahead else presses)]
    assert [answer for answer in got if answer] == [Keyed(text)]
    assert pad.typed == left


@pytest.mark.parametrize(
    ("collect", "presses", "answer"),
    [(ORDER, "0", Keyed("0")), (ORDER, "4217", Keyed("4217")), (LONG, "1", Keyed("1")), (MENU, "", Silence())],
)
def test_silence_decides(collect: Keys, presses: str, answer: Answer) -> None:
    pad = KeyPad()
    assert answers(pad, [collect], presses) == [answer]
    assert pad.typed == ""
    assert pad.deadline is None


def test_timeout_counts_from_the_end_of_the_prompt_and_interdigit_from_the_last_key() -> None:
    pad = KeyPad()
    assert pad.begin(ORDER, TIMEOUT, INTERDIGIT, prompt_ends=10.0, now=2.0) is None
    assert (pad.deadline, pad.barged) == (15.0, False)
    assert pad.tick(14.9) is None
    assert pad.press("4", 4.0) is None
    assert (pad.deadline, pad.barged) == (7.0, True)
    assert pad.press("2", 6.0) is None
    assert pad.tick(7.0) is None
    assert pad.tick(9.0) == Keyed("42")
    assert pad.tick(99.0) is None


def test_a_prompt_that_ended_long_ago_does_not_shorten_the_wait() -> None:
    pad = KeyPad()
    pad.begin(MENU, TIMEOUT, INTERDIGIT, prompt_ends=1.0, now=20.0)
    assert pad.deadline == 25.0


def test_a_key_that_comes_late_but_before_the_tick_counts() -> None:
    pad = KeyPad()
    pad.begin(MENU, TIMEOUT, INTERDIGIT, prompt_ends=0.0, now=0.0)
    assert pad.press("1", 5.5) == Keyed("1")


def test_the_hash_after_a_full_number_neither_answers_nor_silences_the_next_question() -> None:
    pad = KeyPad()
    assert answers(pad, [PIN], "4217") == [Keyed("4217")]
    pad.press("#", 0.0)
    assert pad.begin(MENU, TIMEOUT, INTERDIGIT, prompt_ends=0.0, now=0.0) is None
    assert not pad.barged
    assert pad.press("2", 0.0) == Keyed("2")


def test_an_unfinished_answer_typed_ahead_stops_the_prompt_and_gets_its_full_interdigit_time() -> None:
    pad = KeyPad("42")
    assert pad.begin(ORDER, TIMEOUT, INTERDIGIT, prompt_ends=60.0, now=50.0) is None
    assert pad.barged
    assert pad.deadline == 53.0


def test_clear_forgets_and_closes() -> None:
    pad = KeyPad()
    pad.begin(ORDER, TIMEOUT, INTERDIGIT, prompt_ends=0.0, now=0.0)
    pad.press("4", 0.0)
    pad.clear()
    assert (pad.typed, pad.deadline) == ("", None)
    assert pad.press("1", 0.0) is None
    assert pad.begin(MENU, TIMEOUT, INTERDIGIT, prompt_ends=0.0, now=0.0) == Keyed("1")


@pytest.mark.parametrize("key", ["", "12", "E", "a", " ", "٣", "\n"])
def test_what_is_no_key_is_ignored(key: str) -> None:
    pad = KeyPad()
    pad.begin(PIN, TIMEOUT, INTERDIGIT, prompt_ends=0.0, now=0.0)
    assert pad.press(key, 1.0) is None
    assert (pad.typed, pad.barged, pad.deadline) == ("", False, 5.0)


def test_a_flood_is_bounded() -> None:
    pad = KeyPad("7" * 1_000_000)
    assert len(pad.typed) == LIMIT
    assert pad.begin(Keys(max=1000), TIMEOUT, INTERDIGIT, prompt_ends=0.0, now=0.0) == Keyed("7" * LIMIT)
    for _ in range(1_000_000):
        pad.press("8", 0.0)
    assert pad.typed == "8" * LIMIT


def test_an_answer_does_not_show_what_was_keyed() -> None:
    assert "4217" not in repr(Keyed("4217"))


keys_text = st.text(sorted(KEYS), max_size=LIMIT)
collects = st.lists(
    st.builds(
        Keys,
        options=st.lists(st.text(sorted(KEYS), min_size=1, max_size=3), max_size=4).map(tuple),
        min=st.integers(0, 4),
        max=st.integers(0, 8),
        terminator=st.sampled_from("#*"),
    ),
    min_size=1,
    max_size=6,
)


@given(collects, keys_text, st.data())
def test_only_the_order_of_keys_matters(questions: list[Keys], presses: str, data: st.DataObject) -> None:
    """Typed ahead, pressed in time, or any mixture, with the same question begun again in between: same answers."""
    expected = answers(KeyPad(), questions, presses)
    pad, now, rest, got = KeyPad(), 0.0, presses, []
    for question in questions:
        for key in rest[: (ahead := data.draw(st.integers(0, len(rest))))]:
            assert pad.press(key, now) is None
        rest = rest[ahead:]
        answer = pad.begin(question, TIMEOUT, INTERDIGIT, prompt_ends=now + data.draw(st.floats(0, 60)), now=now)
        while answer is None and rest:
            now += data.draw(st.floats(0, INTERDIGIT, exclude_max=True))
            assert pad.deadline is not None
            answer, rest = pad.press(rest[0], now), rest[1:]
            if answer is None and data.draw(st.booleans()):
                answer = pad.begin(question, TIMEOUT, INTERDIGIT, prompt_ends=now, now=now)
        got.append(answer or wait(pad))
    assert got == expected


@given(collects, keys_text)
def test_no_key_is_lost_or_made_up(questions: list[Keys], presses: str) -> None:
    """Answers and what is left, put together, are the presses without some terminators."""
    pad = KeyPad(presses)
    texts = [a.text for a in answers(pad, questions, "") if isinstance(a, Keyed)]
    enders = {question.terminator for question in questions}
    rest = iter(presses)
    for key in "".join(texts) + pad.typed:
        while (pressed := next(rest)) != key:
            assert pressed in enders
    assert set(rest) <= enders
    assert all(texts)


@given(st.lists(st.tuples(st.sampled_from(["begin", "press", "tick", "clear"]), st.text(max_size=2), st.floats())))
def test_total(calls: list[tuple[str, str, float]]) -> None:
    pad = KeyPad()
    for name, key, now in calls:
        match name:
            case "begin":
                pad.begin(ORDER, TIMEOUT, INTERDIGIT, prompt_ends=now, now=now)
            case "press":
                pad.press(key, now)
            case "tick":
                pad.tick(now)
            case "clear":
                pad.clear()
        assert len(pad.typed) <= LIMIT
