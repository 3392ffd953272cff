"""`No, I said …`: what was understood wrongly is put right by words, as long as nothing was done with it."""

from __future__ import annotations

import pytest

from ivr.engine.data import replace
from ivr.engine.events import Alternative, Input
from ivr.engine.flow import Flow, SlotSpec
from ivr.engine.questions import TAKE_BACK
from ivr.engine.steps import AskSlot, Choice, InvokeStep, Menu, SendStep, Step, Verify
from tests.engine.flows import ALWAYS, SUPPORT, SUPPORT_STEPS, Talk, chat, prompt, tries, voice, with_fields, with_steps

ORDER = replace(SUPPORT.slots["order"], min_length=4)
COUNT = SlotSpec("count", "number", "how many")


def line(**steps: Step) -> Flow:
    """Order number, then how many, then whether a link is wanted."""
    look_up = SUPPORT_STEPS["look_up"]
    assert isinstance(look_up, InvokeStep)
    flow = with_steps(
        track=with_fields(SUPPORT_STEPS["track"], next="count"),
        count=AskSlot("count", prompt("How many?"), tries(), "ask_link"),
        look_up=replace(look_up, safe=True),
    )
    flow = replace(flow, steps={**flow.steps, **steps})
    return replace(flow, slots={**flow.slots, "order": ORDER, "count": COUNT})


def says(talk: Talk, text: str, confidence: float = 1.0) -> Talk:
    return talk.later(5).send(Input, text=text, mode="speech", confidence=confidence)


def ordered(flow: Flow | None = None) -> Talk:
    return says(says(voice(flow or line()), "track"), "4217")


@pytest.mark.parametrize(
    "words", ["no, I said 4218", "no I meant four two one eight", "I said for 218", "no 4218", "sorry, 4218"]
)
def test_the_number_given_last_is_exchanged_at_the_next_question(words: str) -> None:
    talk = says(ordered(), words)
    assert talk.journey.slots["order"].value == "4218"
    assert talk.said == ["All right: 4 2 1 8.", "How many?"]
    assert talk.journey.nomatches == 0


def test_it_can_be_written_too_but_no_key_means_it() -> None:
    talk = chat(line()).write("track").later(5).write("4217").later(5)
    assert talk.write("no, 4218").said[0] == "All right: 4218."
    assert ordered().press("4218").journey.slots["order"].value == "4217"


@pytest.mark.parametrize("words", ["that's wrong", "go back", "no, that's not right"])
def test_an_answer_can_be_taken_back_and_is_asked_for_again(words: str) -> None:
    talk = says(ordered(), words)
    assert talk.collect.slot == "order"
    assert "order" not in talk.journey.slots


def test_a_correction_that_was_not_surely_heard_is_asked_for_where_it_belongs() -> None:
    assert says(ordered(), "no, I said 4218", 0.6).collect.slot == "order"


def test_what_answers_the_open_question_is_its_answer() -> None:
    assert says(ordered(), "I said 12").journey.slots["count"].value == "12"
    talk = says(ordered(), "mumble")
    assert says(talk, "I said four thousand").journey.slots["count"].value == "4000", "it was not understood here"


def test_a_choice_can_be_exchanged_for_another() -> None:
    talk = says(says(voice(), "track"), "no, new card")
    assert talk.collect.slot == "pin"
    assert [visit.chose for visit in talk.journey.path if visit.chose] == ["change a card"]
    assert says(says(voice(), "track"), "go back").said[0] == "Welcome to Acme."


def test_what_was_looked_up_is_looked_up_again() -> None:
    flow = line(track=with_fields(SUPPORT_STEPS["track"], next="look_up"))
    talk = ordered(flow).invoked(state="packed", eta="2027-02-01")
    assert talk.collect.slot == "wants_link"
    assert says(talk, "no, I said 4218").invoke.arguments == {"order": "4218"}
    assert talk.invoked(state="lost", eta="2027-02-02").journey.slots["status"].value == "lost"


def test_what_was_done_is_not_undone() -> None:
    unsafe = line(track=with_fields(SUPPORT_STEPS["track"], next="look_up"), look_up=SUPPORT_STEPS["look_up"])
    talk = ordered(unsafe).invoked(state="packed", eta="2027-02-01")
    says(talk, "no, I said 4218")
    assert (talk.journey.slots["order"].value, talk.journey.nomatches) == ("4217", 1)
    sent = line(
        track=with_fields(SUPPORT_STEPS["track"], next="send"),
        send=SendStep("sms", ("Hello",), None, "ask_link", None),
    )
    talk = says(Talk(sent).arrive(reach={"sms": "+15550100"}), "track")
    assert says(says(talk, "4217"), "no, I said 4218").journey.slots["order"].value == "4217"


def test_what_was_proven_with_cannot_be_exchanged_after_the_proof() -> None:
    proof = Verify("pin", prompt("PIN?"), tries(), "check", {}, 3.0, "count", "person")
    talk = ordered(line(track=with_fields(SUPPORT_STEPS["track"], next="prove"), prove=proof))
    talk.press("1234").invoked(ok="yes")
    assert talk.contact is not None
    assert talk.journey.contact is not None
    assert talk.journey.contact.trust == 3
    says(talk, "no, I said 4218")
    assert talk.journey.slots["order"].value == "4217"


def test_another_contacts_answer_cannot_be_exchanged() -> None:
    talk = ordered().leave("dropped").arrive("call-2", resume="continue")
    assert talk.collect.slot == "count"
    assert says(talk, "no, I said 4218").journey.slots["order"].value == "4217"


def test_a_secret_cannot_be_exchanged() -> None:
    flow = with_steps(
        pin=with_fields(SUPPORT_STEPS["pin"], next="note"), note=AskSlot("day", prompt("Day?"), tries(), "bye")
    )
    talk = says(voice(flow), "new card").press("1234")
    assert says(talk, "no, I said 4321").journey.slots["pin"].value == "1234"


def test_nobody_corrects_for_ever() -> None:
    talk = ordered()
    for n in range(5):
        says(talk, f"no, I said 422{n}")
    says(talk, "no, I said 4300")
    assert (talk.journey.slots["order"].value, talk.journey.nomatches) == ("4224", 1)


def test_the_menu_may_have_words_of_its_own_for_it() -> None:
    flow = replace(line(), always=(*ALWAYS, Choice("correct", None, "", ("oops",), do="correct")))
    assert says(ordered(flow), "oops").collect.slot == "order"
    assert says(voice(flow), "oops").said[0] == "Welcome to Acme.", "there is nothing to take back"


def test_a_text_is_taken_as_it_is_told() -> None:
    flow = line(
        track=with_fields(SUPPORT_STEPS["track"], next="note"), note=AskSlot("note", prompt("Note?"), tries(), "bye")
    )
    talk = chat(flow).write("track").later(5).write("4217").later(5).write("no, I said nothing")
    assert talk.journey.slots["note"].value == "no, I said nothing"


def test_a_menus_own_no_is_no_correction() -> None:
    done = Menu(prompt("Anything else?"), (Choice("no", "1", "finish", ("no", "that was all"), goto="bye"),), tries())
    talk = ordered(line(count=done))
    assert says(talk, "no").said == ["Goodbye."]


def at_the_end() -> Talk:
    """At a menu which a plain no answers, too, after an order number."""
    finish = Choice("no", "1", "finish", ("no", "that was all"), goto="bye")
    again = Choice("again", "2", "begin again", ("again",), goto="welcome")
    talk = ordered(line(count=Menu(prompt("Anything else?"), (finish, again), tries())))
    assert talk.collect.options[0].id == "no"
    return talk


def taken_for(talk: Talk, text: str, option: str = "no") -> Talk:
    """By a recognizer, for the sake of one word of it."""
    return talk.later(5).send(Input, text=text, mode="speech", confidence=0.97, option=option)


@pytest.mark.parametrize("words", ["No, I said for two one-eight.", "no 4218", "No, I meant four two one eight."])
def test_who_begins_a_correction_with_no_is_not_sent_away_by_a_menu_that_no_ends(words: str) -> None:
    talk = taken_for(at_the_end(), words)
    assert talk.journey.slots["order"].value == "4218"
    assert talk.said[:2] == ["All right: 4 2 1 8.", "Anything else?"]


@pytest.mark.parametrize(("longer", "step"), [("No, four, two, one, eight.", "track"), ("No, nothing more.", None)])
def test_what_a_recognizer_has_heard_besides_a_mere_no_counts_where_it_corrects_something(
    longer: str, step: str | None
) -> None:
    talk = at_the_end().later(5)
    others = (Alternative("Now.", 0.3, "again"), Alternative(longer, 0.01))
    talk.send(Input, text="No.", mode="speech", confidence=0.97, option="no", others=others)
    assert (talk.journey.step if talk.journey.status == "live" else None) == step


@pytest.mark.parametrize("words", ["No, I said forty-one it.", "No, four to one.", "No, that's wrong."])
def test_a_correction_of_which_only_the_no_was_understood_leads_back_to_what_it_is_about(words: str) -> None:
    assert taken_for(at_the_end(), words).collect.slot == "order"


def test_who_insists_where_nothing_can_be_put_right_is_asked_again() -> None:
    done = Menu(prompt("Anything else?"), (Choice("no", "1", "finish", ("no",), goto="bye"),), tries())
    talk = taken_for(voice(replace(line(), steps={**line().steps, "welcome": done})), "No, I said mumble.")
    assert (talk.journey.step, talk.journey.nomatches) == ("welcome", 1)


@pytest.mark.parametrize(
    "words", ["No.", "no thanks", "No, nothing else.", "no that was all", "that was all", "sorry, no"]
)
def test_a_no_with_words_behind_it_stays_a_no(words: str) -> None:
    assert taken_for(at_the_end(), words).said == ["Goodbye."]


def test_what_is_insisted_on_may_be_an_option_of_the_open_menu() -> None:
    assert taken_for(at_the_end(), "No, I said again").said[0] == "Welcome to Acme."
    assert taken_for(at_the_end(), "No, I said begin it again", "again").said[0] == "Welcome to Acme."


def test_where_yes_is_an_answer_too_a_contradiction_is_its_no() -> None:
    sure = Menu(
        prompt("Right?"),
        (Choice("y", "1", "go on", ("yes",), goto="bye"), Choice("n", "2", "no", (), goto="welcome")),
        tries(),
    )
    talk = ordered(line(count=sure))
    assert taken_for(talk, "No, that's wrong.", "n").said[0] == "Welcome to Acme."
    talk = taken_for(ordered(line(count=sure)), "No, I said 4218.", "n")
    assert (talk.journey.slots["order"].value, talk.said[1]) == ("4218", "Right?")


def phrases_to_go_back(talk: Talk) -> tuple[str, ...]:
    return next((option.phrases for option in talk.collect.always if option.id == TAKE_BACK), ())


def test_ears_are_told_the_words_that_take_an_answer_back() -> None:
    talk = says(voice(), "track")
    assert phrases_to_go_back(talk)[:2] == ("go back", "that's wrong")
    assert taken_for(talk, "Go, Beck.", TAKE_BACK).said[0] == "Welcome to Acme."
    talk = says(voice(), "track").later(5).send(Input, text="Goat.", mode="speech", confidence=0.6, option=TAKE_BACK)
    assert talk.said[0] == "Did you say go back?"
    assert says(talk, "yes").said[0] == "Welcome to Acme."


def test_they_are_not_told_so_where_it_would_mean_something_else_or_nothing() -> None:
    assert not phrases_to_go_back(voice()), "nothing was answered yet"
    assert not phrases_to_go_back(says(voice(), "new card")), "a secret is not listened to"
    assert not phrases_to_go_back(chat().write("track")), "nobody listens to a chat"
    yes_no = replace(SUPPORT.slots["order"], type="yes_no")
    sure = replace(line(), slots={**line().slots, "count": replace(yes_no, name="count")})
    assert not phrases_to_go_back(ordered(sure)), "there it means no"
    agree = Menu(prompt("Right?"), (Choice("y", "1", "that's right", (), goto="bye"),), tries())
    assert not phrases_to_go_back(ordered(line(count=agree)))


def test_an_answer_that_cannot_be_taken_back_leaves_the_question_as_it_is() -> None:
    talk = taken_for(voice(), "Go back.", TAKE_BACK)
    assert talk.said[0] == "Welcome to Acme."
    assert talk.journey.nomatches == 0


def test_who_would_take_back_what_cannot_be_more_than_five_times_is_misunderstood() -> None:
    """Until the menu's tries are exhausted."""
    talk = voice()
    for _ in range(5):
        talk = taken_for(talk, "Go back.", TAKE_BACK)
    assert talk.journey.nomatches == 0
    assert taken_for(talk, "Go back.", TAKE_BACK).journey.nomatches == 1
    for _ in range(2):
        talk = taken_for(talk, "Go back.", TAKE_BACK)
    assert talk.journey.step == "person"


def test_who_would_take_back_more_than_five_answers_is_misunderstood() -> None:
    """However their words were recognized; else noise that sounds like them would be listened to for ever."""
    talk = says(voice(), "track")
    for _ in range(5):
        talk = says(taken_for(talk, "Go back.", TAKE_BACK), "track")
    assert taken_for(talk, "Go back.", TAKE_BACK).journey.nomatches == 1
    assert taken_for(talk, "Go back.", TAKE_BACK).journey.nomatches == 2
