"""The transfer: the caller is put through to somebody outside, and is back when nobody answers."""

from __future__ import annotations

import pytest

from ivr.engine.actions import Collect, Hangup, Transfer
from ivr.engine.data import replace
from ivr.engine.events import Left, NoInput, TransferAnswered, TransferEnded
from ivr.engine.flow import Flow
from ivr.engine.loader import MenuMistakes, load
from ivr.engine.steps import Ref, TransferStep
from tests.engine.flows import Talk, prompt, with_steps

PHARMACY = TransferStep(
    to="+442079460018",
    number="+44 20 7946 0018",
    prompt=prompt("I put you through."),
    caller_id="caller",
    headers={"X-Order": (Ref("order"),)},
    whisper=("Order ", Ref("order"), ", PIN ", Ref("pin"), "."),
    timeout=30.0,
    unanswered="nobody",
    done="bye",
)


def flow(**changes: object) -> Flow:
    return with_steps(look_up=replace(PHARMACY, **changes))  # type: ignore[arg-type]


def put_through(channel: str = "voice", **changes: object) -> Talk:
    return Talk(flow(**changes)).arrive(channel=channel).press("1").press("123456")


def test_who_answers_is_told_what_the_menu_says_and_no_secret() -> None:
    headers = {"X-Order": (Ref("order"),), "X-Pin": (Ref("pin"),)}
    talk = Talk(flow(headers=headers)).arrive().press("2").press("4217").at("look_up")
    assert talk.said[-1] == "I put you through."
    assert isinstance(talk.last, Transfer)
    assert talk.last.whisper == "Order unknown, PIN ••••."
    assert talk.last.headers == {"X-Order": "", "X-Pin": "••••"}
    wait = put_through().last
    assert wait == Transfer(
        turn=3,
        step="look_up",
        to="+442079460018",
        caller_id="caller",
        headers={"X-Order": "123456"},
        whisper="Order 123456, PIN unknown.",
        timeout=30.0,
    )


def test_a_header_is_one_line_whatever_customers_write() -> None:
    talk = Talk(flow(headers={"X-Note": (Ref("note"),)})).arrive(channel="chat").press("3")
    talk.write("late\r\nX-Evil: yes" + "x" * 300).arrive("call-1", resume="continue").at("look_up")
    assert isinstance(talk.last, Transfer)
    assert talk.last.headers["X-Note"].startswith("late X-Evil: yesxxx")
    assert len(talk.last.headers["X-Note"]) == 200


def test_the_talk_goes_on_at_done() -> None:
    talk = put_through()
    wait = talk.last
    assert talk.send(TransferAnswered, turn=3).actions == (wait,)
    assert talk.journey.status == "transferred"
    assert talk.send(TransferEnded, outcome="answered", seconds=61.0, turn=3).said == ["Goodbye."]
    assert talk.journey.status == "finished"


def test_without_done_the_journey_is_finished_after_the_talk() -> None:
    talk = put_through(done=None).send(TransferEnded, outcome="answered", turn=3)
    assert (talk.journey.status, talk.actions) == ("finished", (Hangup("finished"),))


@pytest.mark.parametrize("outcome", ["busy", "no_answer", "failed"])
def test_when_nobody_answers_the_caller_is_back(outcome: str) -> None:
    talk = put_through().send(TransferEnded, outcome=outcome, turn=3)
    assert talk.said[:2] == ["Nobody is free.", "Welcome to Acme."]
    assert talk.journey.status == "live"


def test_whom_we_cannot_dial_the_caller_is_told() -> None:
    said = put_through().send(TransferEnded, outcome="unable", turn=3).said
    told = "Please call plus, 4 4, 2 0, 7 9 4 6, 0 0 1 8."
    assert said[:3] == ["I cannot put you through from here.", told, "Nobody is free."]
    said = put_through(to="sip:a@b", number="").send(TransferEnded, outcome="unable", turn=3).said
    assert said[:2] == ["I cannot put you through from here.", "Nobody is free."]


def test_the_end_of_an_earlier_attempt_changes_nothing() -> None:
    talk = put_through().send(TransferEnded, outcome="busy", turn=3).press("1")
    before = talk.journey
    assert isinstance(talk.last, Transfer)  # the order is known
    assert talk.send(TransferEnded, outcome="answered", turn=3).journey == before
    assert talk.send(TransferAnswered, turn=3).journey == before


def test_keys_and_silence_meanwhile_change_nothing() -> None:
    talk = put_through()
    before, wait = talk.journey, talk.last
    assert talk.press("1").actions == (wait,)
    assert talk.send(NoInput).journey == before


@pytest.mark.parametrize(
    ("answered", "done", "reason", "status"),
    [
        (False, None, "caller", "paused"),
        (False, None, "dropped", "dropped"),
        (True, None, "caller", "finished"),
        (True, None, "dropped", "dropped"),
        (True, "bye", "caller", "paused"),
    ],
)
def test_hanging_up_on_the_ringing_is_no_end_but_hanging_up_on_the_talk_is(
    answered: bool, done: str | None, reason: str, status: str
) -> None:
    talk = put_through(done=done)
    if answered:
        talk.send(TransferAnswered)
    assert talk.send(Left, reason=reason).journey.status == status
    if status != "finished":
        assert isinstance(talk.arrive("call-2", resume="continue").last, Transfer)


def test_who_writes_to_us_is_told_the_number() -> None:
    talk = put_through("chat")
    assert talk.said == ["I put you through.", "Please call +44 20 7946 0018.", "Goodbye."]
    talk = put_through("sms", done=None)
    assert (talk.journey.status, talk.last) == ("finished", Hangup("finished"))


def test_who_writes_to_us_cannot_use_a_sip_address() -> None:
    talk = put_through("chat", to="sip:pharmacy@pbx.example", number="")
    assert talk.said[0] == "Nobody is free."
    assert isinstance(talk.last, Collect)


# The file

MENU = """\
menu: example
start: hello
slots:
  order: {{type: digits, length: 6, title: your order number}}
  pin: {{type: digits, length: 4, title: your PIN, sensitivity: secret}}
exhausted: bye
steps:
  hello:
    ask: {{slot: order, prompt: Your order?}}
    next: secret
  secret:
    ask: {{slot: pin, prompt: Your PIN?}}
    next: call
  call:
    transfer: {{{inside}}}
    {beside}
  bye:
    end: Goodbye.
"""
THANKS = "done: thanks\n  thanks:\n    end: You are welcome."


def loaded(inside: str, beside: str = "unanswered: bye") -> Flow:
    return load(MENU.format(inside=inside, beside=beside), "example.yaml")


def test_a_step_as_it_is_written() -> None:
    flow = loaded(
        'to: "sip:pharmacy@pbx.example:5070;transport=tls", prompt: One moment., caller_id: +44 20 7946 0019,'
        ' headers: {X-Order: "{order}"}, whisper: "Order {order}.", timeout: 45s',
        f"unanswered: bye\n    {THANKS}",
    )
    assert flow.steps["call"] == TransferStep(
        to="sip:pharmacy@pbx.example:5070;transport=tls",
        number="",
        prompt=prompt("One moment."),
        caller_id="+442079460019",
        headers={"X-Order": (Ref("order"),)},
        whisper=("Order ", Ref("order"), "."),
        timeout=45.0,
        unanswered="bye",
        done="thanks",
    )


def test_the_least_that_must_be_written() -> None:
    step = loaded("to: +1 415-555-0177").steps["call"]
    assert isinstance(step, TransferStep)
    assert (step.to, step.number) == ("+14155550177", "+1 415-555-0177")
    assert (step.caller_id, step.timeout, step.done) == ("caller", 30.0, None)


@pytest.mark.parametrize(
    ("inside", "mistake"),
    [
        ("prompt: Hi.", '15:15: step "call": to is missing; name whom to call'),
        ('to: "020 7946 0018"', "is not a number that can be dialled from anywhere; write it with + and the country"),
        ("to: 112", "is not a number that can be dialled from anywhere"),
        ('to: "{order}"', "is not a number that can be dialled from anywhere"),
        ("to: +44 20 79", "is not a number of its country; look at its length"),
        ("to: +1 900 555 1234", "is a premium-rate number; name one that costs what others cost"),
        ("to: sip:pbx.example", "is not a SIP address; write it as sip:name@host"),
        ('to: "sip:a,b@pbx.example"', "is not a SIP address"),
        ("to: client:b b", "is not a client; write its identity at Twilio"),
        ("to: +442079460018, caller_id: 555", "write caller, ours, or a number of yours"),
        ("to: +442079460018, timeout: 2h", 'nobody is rung for "2h"; write 1s to 600s'),
        ('to: +442079460018, headers: {X-A: "1"}', "takes no headers; take them away; SIP addresses take them"),
        ('to: "sip:a@b", headers: {From: "1"}', 'header "From" cannot be set; let its name begin with X-'),
        ('to: "sip:a@b", headers: {X-A: "{pin}"}', "pin is secret and must not be told to others; leave it out"),
        ('to: "sip:a@b", headers: {X-A: a, X-B: a, X-C: a, X-D: a, X-E: a, X-F: a}', "6 headers are too many"),
        ('to: "sip:a@b", whisper: "PIN {pin}."', "pin is secret and must not be told to others"),
        ('to: "sip:a@b", whisper: "{oder}"', 'slot "oder" is not declared; did you mean "order"?'),
        ("to: +442079460018, answer_within: 3s", '"answer_within" is no key of transfer'),
    ],
)
def test_mistakes_say_what_to_write(inside: str, mistake: str) -> None:
    with pytest.raises(MenuMistakes) as found:
        loaded(inside)
    assert mistake in str(found.value)


def test_the_way_for_when_nobody_answers_must_be_there() -> None:
    with pytest.raises(MenuMistakes, match="unanswered is missing; name the step for when they are busy"):
        loaded("to: +442079460018", "done: bye")


def test_ringing_on_for_ever_is_a_circle() -> None:
    with pytest.raises(MenuMistakes, match="runs in a circle without asking anybody: call"):
        loaded("to: +442079460018", "unanswered: call")


def test_a_transfer_after_which_nothing_comes_is_a_way_out() -> None:
    again = "menu: {prompt: Again?, choices: [{key: 1, label: again, goto: hello}], exhausted: bye}"
    text = MENU.replace("end: Goodbye.", again.replace("{", "{{").replace("}", "}}"))
    assert load(text.format(inside="to: +442079460018", beside="unanswered: bye"), "example.yaml")
    with pytest.raises(MenuMistakes, match="no way out"):
        load(text.format(inside="to: +442079460018", beside="unanswered: bye\n    done: bye"), "example.yaml")
