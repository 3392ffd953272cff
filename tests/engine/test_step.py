"""What customers hear, turn by turn: the support line played through its stories."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from ivr.engine.actions import Enqueue, Hangup, Invoke, Keys, Option, Say, Send
from ivr.engine.data import replace
from ivr.engine.events import AgentJoined, Arrived, Expired, Input, Invoked, Left, NoInput, Passed, QueueLeft
from ivr.engine.flow import SlotSpec
from ivr.engine.journey import Ask, Journey, Slot, Visit
from ivr.engine.step import current_wait, step, summary
from ivr.engine.steps import Branch, Condition, Goto, Handoff, Menu, Ref, SayStep, SendStep, SetStep
from tests.engine.flows import DAY, MINUTE, NOON, SUPPORT, SUPPORT_STEPS, Talk, chat, prompt, voice, with_steps

FOUND = {"state": "shipped", "eta": "2026-12-01"}


# The story


def test_a_call_from_the_welcome_to_a_link() -> None:
    talk = Talk().arrive(reach={"sms": "+15550100"})
    assert talk.said == [
        "Welcome to Acme.",
        "To track a parcel, press 1.",
        "To change a card, press 2.",
        "To leave a message, press 3.",
    ]
    assert talk.press("1").said == ["Your order number, please."]
    assert talk.press("123456").said == ["One moment."]
    assert talk.invoke.arguments == {"order": "123456"}
    talk.invoked(**FOUND)
    assert talk.said == [
        "Order 1 2 3 4 5 6 is shipped. It comes on December 1, 2026.",
        "Shall I send you a link?",
        "Press 1 for yes, 2 for no.",
    ]
    talk.press("1")
    assert talk.actions == (
        Send("sms", "Follow it here: {link}", "tell", link=True),
        Say("It is on its way.", fixed=True),
        Say("Goodbye.", fixed=True),
        Hangup("finished"),
    )
    assert talk.journey.status == "finished"


def test_a_dropped_call_goes_on_at_the_same_question_with_the_same_answers_and_tries() -> None:
    talk = voice().press("1").press("123456").invoked(**FOUND).silence()
    slots, counted = talk.journey.slots, talk.journey.noinputs
    talk.leave("dropped")
    assert (talk.journey.status, talk.journey.contact, talk.last) == ("dropped", None, Hangup())
    talk.later(5 * MINUTE).arrive("call-2", resume="continue")
    assert talk.said == ["We were cut off.", "Shall I send you a link?", "Press 1 for yes, 2 for no."]
    assert (talk.journey.slots, talk.journey.noinputs) == (slots, counted)
    assert (talk.journey.status, talk.collect.slot) == ("live", "wants_link")


def test_the_chat_goes_on_where_the_call_was_and_the_call_is_told_that_it_moved() -> None:
    talk = voice().press("1")
    talk.later(10).arrive("chat-1", "chat", resume="continue")
    assert talk.said == ["Welcome back.", "Order number?"]
    talk.contact = "call-1"
    before = talk.journey
    assert talk.press("123456").actions == (Hangup("moved"),)
    assert talk.journey == before
    talk.contact = "chat-1"
    assert talk.write("123-456").invoke.arguments == {"order": "123456"}


def test_who_phones_again_before_the_lost_line_was_noticed_was_cut_off() -> None:
    talk = voice().press("1")
    talk.later(10).arrive("call-2", resume="continue")
    assert talk.said == ["We were cut off.", "Your order number, please."]


def test_a_repeated_arrival_of_the_contact_that_was_left_takes_nothing_back() -> None:
    arrival = Arrived(id="a1", at=NOON, contact="call-1", channel="voice")
    talk = Talk().happens(arrival).press("1").arrive("chat-1", "chat", resume="continue")
    before = talk.journey
    assert talk.happens(arrival).actions == (Hangup("moved"),)
    assert talk.journey == before


@pytest.mark.parametrize(
    ("left", "away", "lead_in"),
    [
        ("dropped", 10 * MINUTE, "We were cut off."),
        ("dropped", 11 * MINUTE, "Let us go on where we were."),
        ("caller", 11 * MINUTE, "Welcome back."),
        ("ours", 8 * DAY, "Let us go on where we were."),
    ],
)
def test_the_lead_in_fits_how_and_when_the_customer_left(left: str, away: float, lead_in: str) -> None:
    talk = voice().press("1").send(Left, reason=left).later(away).arrive("call-2", resume="continue")
    assert talk.said == [lead_in, "Your order number, please."]


def test_a_step_that_was_reached_by_coming_back_has_its_own_tries() -> None:
    talk = voice().press("1").silence()
    known = {"order": Slot("123456", None, None, NOON)}
    talk.journey = replace(talk.journey, slots=known)
    talk.leave().arrive("call-2", resume="continue")
    assert (talk.journey.step, talk.journey.noinputs) == ("look_up", 0)


# The offer


def offered() -> Talk:
    return voice().press("1").silence().leave().later(DAY).arrive("call-2", resume="offer")


def test_an_offer_asks_before_it_goes_on() -> None:
    talk = offered()
    assert talk.said == ["Welcome back.", "Go on or start over?", "Press 1 to go on, 2 to start over."]
    assert talk.collect.keys == Keys(options=("1", "2", "0", "9", "*"))
    assert [option.id for option in talk.collect.options] == ["go_on", "start_over"]
    assert talk.press("1").said == ["Your order number, please."]
    assert not talk.journey.offering


@pytest.mark.parametrize("miss", [Talk.silence, lambda talk: talk.press("7")], ids=["noinput", "nomatch"])
def test_an_offer_that_gets_no_answer_is_made_three_times_then_we_go_on(miss: Callable[[Talk], Talk]) -> None:
    talk = offered()
    for _ in range(2):
        assert miss(talk).said[0] == "Go on or start over?"
    assert miss(talk).said == ["Your order number, please."]
    assert (talk.journey.noinputs, talk.journey.nomatches) == (0, 0)


def test_starting_over_forgets_all_but_the_ledger() -> None:
    talk = voice().press("1").press("123456").leave().arrive("call-2", resume="offer")
    journey = talk.journey
    talk.press("2")
    assert talk.said[0] == "Welcome to Acme."
    assert (talk.journey.id, talk.journey.slots, talk.journey.step) == (journey.id, {}, "welcome")
    assert [visit.step for visit in talk.journey.path] == ["welcome"]
    assert talk.journey.ledger[: len(journey.ledger)] == journey.ledger


def test_what_always_works_works_in_an_offer_too() -> None:
    assert offered().press("9").said[0] == "Go on or start over?"
    assert isinstance(offered().press("0").last, Enqueue)
    assert offered().press("*").said[0] == "Welcome to Acme."


def test_a_fresh_arrival_and_one_after_the_end_begin_anew() -> None:
    assert voice().press("1").leave().arrive("call-2").said[0] == "Welcome to Acme."
    ended = voice().press("1").press("123456").invoked(**FOUND).press("2")
    for resume in ("continue", "offer"):
        talk = replace(ended).leave().arrive("call-2", resume=resume)
        assert talk.said[0] == "Welcome to Acme."
        assert talk.journey.slots == {}


# Links


def test_a_link_leads_to_its_step_and_opens_a_finished_journey_again() -> None:
    talk = voice().press("1").press("123456").invoked(**FOUND).press("2").leave()
    talk.arrive("chat-1", "chat", resume="continue", step="note")
    assert talk.said == ["Welcome back.", "What is it about?"]
    assert talk.journey.status == "live"
    assert "order" in talk.journey.slots


def test_a_link_to_a_step_that_is_gone_leads_to_where_the_journey_stands() -> None:
    talk = voice().press("1").leave().arrive("chat-1", "chat", resume="continue", step="gone")
    assert talk.collect.slot == "order"


def test_an_expired_journey_can_be_opened_again() -> None:
    talk = voice().press("1").leave().send(Expired)
    assert talk.journey.status == "expired"
    assert talk.arrive("call-2", resume="continue").collect.slot == "order"


def test_a_second_arrival_of_the_contact_that_is_on_repeats_its_question() -> None:
    talk = voice().press("1")
    before = talk.journey
    assert talk.arrive(resume="offer").said == ["Your order number, please."]
    assert talk.journey == before


# Versions


def test_a_newer_version_takes_a_journey_over_where_it_kept_the_step() -> None:
    talk = voice().press("1").leave()
    talk.flow = replace(SUPPORT, version="v2")
    talk.arrive("call-2", resume="continue")
    assert (talk.journey.version, talk.journey.step) == ("v2", "track")


def test_where_it_has_not_we_say_so_and_begin_again_with_the_answers_there_are() -> None:
    talk = voice().press("1").press("123456").invoked(**FOUND).leave()
    kept = {name: s for name, s in SUPPORT_STEPS.items() if name not in {"ask_link", "link_or_not"}}
    talk.flow = replace(SUPPORT, version="v2", steps=kept)
    slots = talk.journey.slots
    talk.arrive("call-2", resume="continue")
    assert talk.said[:2] == ["I am sorry, our menu has changed since. Let us begin again.", "Welcome to Acme."]
    assert (talk.journey.version, talk.journey.slots) == ("v2", slots)


def test_an_event_at_a_step_that_the_flow_does_not_know_hangs_up_and_changes_nothing() -> None:
    talk = voice().press("1")
    before = talk.journey
    talk.flow = replace(SUPPORT, steps={"welcome": SUPPORT_STEPS["welcome"]})
    assert talk.press("123456").actions == (Hangup("broken"),)
    assert talk.journey == before


# Menus and questions


@pytest.mark.parametrize(
    "text", ["1", "one", "ONE", "Track a PARCEL!", "where is my order?", "track", " Where is my Order "]
)
def test_a_choice_is_taken_by_key_number_label_phrase_or_id(text: str) -> None:
    assert chat().write(text).collect.slot == "order"


@pytest.mark.parametrize("keys", ["track a parcel", "one", "track", "11", "1#", "", "7"])
def test_by_keys_only_its_key_counts(keys: str) -> None:
    assert voice().press(keys).said[0] == "Sorry?"


def test_options_are_buttons_in_a_chat_and_a_line_in_a_text_message() -> None:
    talk = chat()
    assert talk.said == ["Hello, this is Acme."]
    assert talk.collect.options[0] == Option("track", "1", "track a parcel", ("where is my order", "track"))
    sms = Talk().arrive("sms-1", "sms")
    assert sms.said == ["Hello, this is Acme.", "1 track a parcel, 2 change a card, 3 leave a message"]


def test_an_always_choice_is_read_out_only_if_it_has_a_label() -> None:
    flow = replace(SUPPORT, always=(replace(SUPPORT.always[0], label="talk to an agent"), *SUPPORT.always[1:]))
    assert voice(flow).said[-1] == "To talk to an agent, press 0."
    assert voice(flow).press("1").said == ["Your order number, please."]


def test_a_recording_stands_for_the_words_by_phone_only() -> None:
    assert voice().actions[0] == Say("Welcome to Acme.", "welcome.wav", fixed=True)
    assert chat().actions[0] == Say("Hello, this is Acme.", fixed=True)


def test_silence_and_nonsense_are_asked_about_in_other_words_each_time_and_then_a_person_takes_over() -> None:
    talk = voice()
    turns = [talk.journey.turn]
    assert talk.silence().said[:2] == ["Are you there?", "Welcome to Acme."]
    turns.append(talk.journey.turn)
    assert talk.press("7").said[:2] == ["Sorry?", "Welcome to Acme."]
    turns.append(talk.journey.turn)
    assert talk.silence().said == ["I connect you."]
    assert isinstance(talk.last, Enqueue)
    assert turns == [1, 2, 3]


def test_the_last_prompt_of_a_list_serves_all_later_times() -> None:
    menu = SUPPORT_STEPS["welcome"]
    assert isinstance(menu, Menu)
    talk = voice(with_steps(welcome=replace(menu, tries=replace(menu.tries, tries=9))))
    assert [talk.press("7").said[0] for _ in range(4)] == ["Sorry?", *["Once more, please."] * 3]


def test_a_new_step_has_its_own_tries() -> None:
    talk = voice().silence().press("1")
    assert (talk.journey.noinputs, talk.journey.nomatches) == (0, 0)


def test_zero_reaches_a_person_even_where_many_digits_are_asked_for() -> None:
    talk = voice().press("1")
    assert talk.collect.keys == Keys(options=("0", "9", "*"), min=6, max=10)
    assert isinstance(talk.press("0").last, Enqueue)


def test_a_time_is_keyed_in_three_or_four_digits() -> None:
    flow = replace(SUPPORT, slots={**SUPPORT.slots, "order": SlotSpec("order", "time", "the time")})
    talk = voice(flow).press("1")
    assert (talk.collect.keys.min, talk.collect.keys.max) == (3, 4)
    assert talk.press("1430").journey.slots["order"].value == "14:30"


def test_a_value_goes_before_what_always_works_but_not_in_free_text() -> None:
    flow = replace(SUPPORT, slots={**SUPPORT.slots, "order": replace(SUPPORT.slots["order"], min_length=1)})
    assert isinstance(voice(flow).press("1").press("0").last, Invoke)
    talk = chat().write("leave a message")
    assert isinstance(replace(talk).write("Operator!").last, Enqueue)
    assert talk.write("I lost my operator").collect.slot == "day"


def test_repeating_is_no_failed_try() -> None:
    talk = voice().press("1").press("9")
    assert talk.said == ["Your order number, please."]
    assert (talk.journey.noinputs, talk.journey.nomatches, talk.journey.turn) == (0, 0, 3)


def test_speech_that_was_hardly_heard_is_not_taken() -> None:
    assert voice().send(Input, text="track", mode="speech", confidence=0.4).said[0] == "Sorry?"
    assert voice().send(Input, text="track", mode="speech", confidence=0.8).collect.slot == "order"


def test_a_button_answers_by_its_id() -> None:
    talk = chat().send(Input, text="card", mode="button")
    assert talk.collect.slot == "pin"
    assert talk.collect.secret


def test_a_choice_slot_lists_its_choices() -> None:
    talk = voice().at("day")
    assert talk.said[-3:] == ["Which day?", "For Monday, press 1.", "For Tuesday, press 2."]
    assert talk.collect.keys == Keys(options=("1", "2", "0", "9", "*"))
    assert talk.press("2").journey.slots["day"].value == "tue"


def test_a_channel_that_cannot_put_a_question_goes_elsewhere() -> None:
    assert isinstance(voice().press("3").last, Enqueue)
    assert chat().write("3").collect.slot == "note"


def test_an_answer_says_where_it_came_from() -> None:
    talk = voice().press("1").later(7).press("123456")
    assert talk.journey.slots["order"] == Slot("123456", "voice", "call-1", NOON + 7)


def test_a_known_slot_is_not_asked_again_and_the_ledger_says_so() -> None:
    talk = voice().press("1").press("123456").invoke_fails().queue_left("unavailable").press("1")
    assert isinstance(talk.last, Invoke)
    asks = [ask for ask in talk.journey.ledger if ask.slot == "order"]
    assert [(ask.step, ask.known) for ask in asks] == [("track", False), ("track", True)]


def test_a_question_is_in_the_ledger_once_for_each_contact_it_was_put_in() -> None:
    talk = voice().press("1").silence().press("9").leave().later(5).arrive("chat-1", "chat", resume="continue")
    assert [ask for ask in talk.journey.ledger if ask.slot == "order"] == [
        Ask("track", "order", "voice", "call-1", NOON, known=False),
        Ask("track", "order", "chat", "chat-1", NOON + 5, known=False),
    ]
    assert talk.journey.ledger[0] == Ask("welcome", None, "voice", "call-1", NOON, known=False)


# Late, stray and repeated events


def test_a_late_or_repeated_event_repeats_the_current_wait() -> None:
    talk = voice().press("1")
    before, wait = talk.journey, current_wait(SUPPORT, talk.journey)
    assert wait[-1] == talk.last
    for event in (
        Input(id="new", at=NOON, contact="call-1", text="1", mode="keys", turn=1),
        Input(id="e1", at=NOON, contact="call-1", text="123456", mode="keys"),
        NoInput(id="new", at=NOON, contact="call-1", turn=1),
        Invoked(id="new", at=NOON, contact="call-1", turn=before.turn),
        AgentJoined(id="new", at=NOON, contact="call-1"),
        QueueLeft(id="new", at=NOON, contact="call-1", outcome="done"),
    ):
        assert step(SUPPORT, before, event) == (before, wait)


def test_an_input_during_an_invoke_or_in_the_queue_changes_nothing_and_says_nothing() -> None:
    for talk in (voice().press("1").press("123456"), voice().press("0")):
        before, wait = talk.journey, talk.last
        assert talk.press("1").actions == (wait,)
        assert talk.silence().actions == (wait,)
        assert talk.journey == before


def test_events_after_the_end_are_answered_by_a_hang_up() -> None:
    talk = voice().leave()
    before = talk.journey
    assert talk.press("1").actions == (Hangup("finished"),)
    assert talk.leave().actions == (Hangup("finished"),)
    assert talk.journey == before
    assert current_wait(SUPPORT, Journey("j", "support", "v1")) == (Hangup("finished"),)


# Back offices, sends, branches


def test_an_invoke_that_fails_or_gives_half_an_answer_goes_where_the_author_said() -> None:
    asking = voice().press("1").press("123456")
    assert replace(asking).invoke_fails().said == ["I cannot find it.", "I connect you."]
    for result in ({"state": "shipped"}, {"state": "shipped", "eta": "soon"}, {"state": " ", "eta": "2026-12-01"}):
        talk = replace(asking).invoked(**result)
        assert talk.said[0] == "I cannot find it."
        assert set(talk.journey.slots) == {"order"}


def test_a_value_that_is_known_to_be_empty_is_no_failure_and_is_forgotten() -> None:
    talk = voice().press("1").press("123456").invoked(state="shipped", eta="")
    assert "I cannot find it." not in talk.said
    assert talk.journey.slots["status"].value == "shipped"
    assert "eta" not in talk.journey.slots


def test_a_wrong_pin_can_be_forgotten_and_asked_again() -> None:
    talk = voice().press("2").press("4217")
    assert talk.invoke.arguments == {"pin": "4217"}
    assert talk.invoke_fails().collect.slot == "pin"
    assert "pin" not in talk.journey.slots


def test_nothing_is_sent_where_we_have_no_address() -> None:
    talk = voice().press("1").press("123456").invoked(**FOUND).press("1")
    assert (talk.sent, talk.said[0]) == ([], "We have no number of yours.")


@pytest.mark.parametrize(
    ("condition", "holds"),
    [
        (Condition("channel", "is", ("voice",)), True),
        (Condition("channel", "in", ("chat", "sms")), False),
        (Condition("trust", "at_least", ("2",)), True),
        (Condition("trust", "at_least", ("3",)), False),
        (Condition("amount", "at_least", ("9.50",)), True),
        (Condition("amount", "at_most", ("9.50",)), False),
        (Condition("when", "at_most", ("2026-12-31",)), True),
        (Condition("amount", "is_not", ("10.00",)), False),
        (Condition("nothing", "is_not", ("10.00",)), True),
        (Condition("nothing", "known", ()), False),
        (Condition("nothing", "known", ("no",)), True),
        (Condition("amount", "known", ()), True),
        (Condition("nothing", "at_most", ("1",)), False),
    ],
)
def test_conditions(condition: Condition, holds: bool) -> None:
    flow = with_steps(
        welcome=SetStep({"amount": ("10.00",), "when": ("2026-12-01",)}, "fork"),
        fork=Branch((((condition,), "track"),), "note"),
    )
    talk = Talk(flow).arrive(channel="voice", trust=2)
    assert (talk.journey.step == "track") == holds


def test_a_flow_that_runs_in_circles_ends_the_call_sends_nothing_and_keeps_the_answer() -> None:
    flow = with_steps(look_up=SendStep("sms", ("Again!",), None, "circle"), circle=SayStep(prompt("Round."), "look_up"))
    talk = Talk(flow).arrive(reach={"sms": "+15550100"}).press("1").press("123456")
    assert talk.actions == (Say("Something is wrong on our side.", fixed=True), Hangup("broken"))
    assert (talk.journey.status, talk.journey.step) == ("paused", "track")
    assert talk.journey.slots["order"].value == "123456"
    talk.leave()
    talk.flow = SUPPORT
    assert isinstance(talk.arrive("call-2", resume="continue").last, Invoke)


def test_a_flow_that_runs_in_circles_from_its_start_can_be_tried_again() -> None:
    talk = Talk(with_steps(welcome=Goto("welcome"))).arrive()
    assert talk.last == Hangup("broken")
    talk.leave().flow = SUPPORT
    assert talk.arrive("call-2", resume="continue").said[0] == "Welcome to Acme."


# People


def test_a_hand_off_tells_the_agent_all_but_secrets() -> None:
    talk = Talk().arrive(customer_name="Ann").press("1").press("123456").invoke_fails()
    assert talk.said == ["I cannot find it.", "I connect you."]
    assert talk.journey.status == "queued"
    assert talk.enqueue == Enqueue(
        turn=4,
        step="person",
        queue="support",
        skills=("orders",),
        whisper="Ann, order 123456, PIN unknown. Chose track a parcel; gave order number 123456.",
        why="Chose track a parcel; gave order number 123456.",
        timeout=120.0,
    )
    talk = voice().press("2").press("4217").invoked()
    assert "PIN ••••" in talk.enqueue.whisper
    assert "4217" not in talk.enqueue.whisper + talk.enqueue.why


def test_the_talk_with_an_agent_ends_the_journey() -> None:
    talk = voice().press("0")
    wait = talk.last
    assert talk.agent_joins("Ben").actions == (wait,)
    assert (talk.journey.status, talk.journey.agent) == ("with_agent", "Ben")
    assert talk.queue_left("done").actions == (Hangup("finished"),)
    assert talk.journey.status == "finished"


@pytest.mark.parametrize("outcome", ["unavailable", "timeout"])
def test_when_nobody_comes_the_flow_goes_on(outcome: str) -> None:
    talk = voice().press("0").send(QueueLeft, outcome=outcome)
    assert talk.said[:2] == ["Nobody is free.", "Welcome to Acme."]
    assert talk.journey.status == "live"


def test_a_hand_off_may_go_on_after_the_talk() -> None:
    person = SUPPORT_STEPS["person"]
    assert isinstance(person, Handoff)
    assert voice(with_steps(person=replace(person, done="bye"))).press("0").agent_joins("Ben").queue_left(
        "done"
    ).said == ["Goodbye."]


def test_an_agent_who_does_not_come_leaves_the_customer_in_the_queue() -> None:
    talk = voice().press("0")
    first = talk.enqueue
    talk.agent_joins("Ben").requeued()
    assert (talk.journey.status, talk.journey.agent) == ("queued", "")
    assert talk.enqueue == replace(first, turn=first.turn + 1)
    assert talk.send(QueueLeft, outcome="done", turn=first.turn).journey.status == "queued"  # of the talk that was not
    assert talk.requeued().journey.status == "queued"


def test_an_agent_hands_the_customer_on_with_a_note() -> None:
    passed = Passed("Ben", "Wants a refund.", queue="billing")
    talk = voice().press("0").agent_joins("Ben").requeued(passed)
    assert (talk.enqueue.queue, talk.journey.passed) == ("billing", passed)
    talk.agent_joins("Anna").requeued()
    assert (talk.enqueue.queue, talk.journey.passed) == ("billing", passed)
    assert talk.agent_joins("Anna").queue_left("done").journey.passed is None


def test_what_an_agent_wrote_is_not_for_another_queue_of_the_menu() -> None:
    talk = voice().press("0").agent_joins("Ben").requeued(Passed("Ben", "A note", queue="billing"))
    talk.queue_left("unavailable").press("0")
    assert (talk.enqueue.queue, talk.journey.passed) == ("support", None)


@pytest.mark.parametrize(
    ("joined", "reason", "status"),
    [
        (False, "caller", "paused"),
        (False, "dropped", "dropped"),
        (True, "caller", "finished"),
        (True, "dropped", "dropped"),
        (True, "moved", "paused"),
    ],
)
def test_hanging_up_on_the_queue_is_no_end_but_hanging_up_on_the_agent_is(
    joined: bool, reason: str, status: str
) -> None:
    talk = voice().press("0")
    if joined:
        talk.agent_joins("Ben")
    assert talk.send(Left, reason=reason).journey.status == status
    if status != "finished":
        assert isinstance(talk.arrive("call-2", resume="continue").last, Enqueue)


# What is kept


def test_leaving_is_recorded() -> None:
    talk = voice().later(9).send(Left, reason="ours", detail="cause 44\0" + "x" * 1000)
    journey = talk.journey
    assert (journey.status, journey.left, journey.left_at) == ("paused", "ours", NOON + 9)
    assert journey.left_detail.startswith("cause 44xxx")
    assert len(journey.left_detail) <= 200


def test_the_path_says_where_the_customer_was_and_what_they_chose() -> None:
    talk = voice().press("1").press("123456").invoked(**FOUND)
    assert talk.journey.path == (
        Visit("welcome", "voice", NOON, "track a parcel"),
        Visit("track", "voice", NOON),
        Visit("look_up", "voice", NOON),
        Visit("tell", "voice", NOON),
        Visit("ask_link", "voice", NOON),
    )
    assert summary(SUPPORT, talk.journey) == "Chose track a parcel; gave order number 123456."


def test_a_journey_does_not_grow_for_ever() -> None:
    talk = voice()
    for n in range(300):
        talk.leave().arrive(f"call-{n}", resume="continue").press("*")
    journey = talk.journey
    assert (len(journey.path), len(journey.ledger), len(journey.seen)) == (1, 200, 32)
    for n in range(60):
        talk.leave().arrive(f"back-{n}", resume="continue")
    assert len(talk.journey.path) == 50


def test_the_customer_of_a_journey_is_not_forgotten_by_a_contact_that_knows_less() -> None:
    talk = Talk().arrive(customer="c1").leave().send(Arrived, channel="chat", resume="continue")
    assert talk.journey.customer == "c1"


def test_a_message_without_a_link_says_so() -> None:
    flow = with_steps(send=SendStep("sms", ("Order ", Ref("order")), None, "bye"))
    talk = Talk(flow).arrive(reach={"sms": "+1"}).press("1").press("123456").invoked(**FOUND).press("1")
    assert talk.sent == [Send("sms", "Order 123456", None, link=False)]
