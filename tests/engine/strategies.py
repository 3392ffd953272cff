"""Random flows over all kinds of steps."""

from __future__ import annotations

from typing import Literal, get_args

from hypothesis import strategies as st

from ivr.engine.data import replace
from ivr.engine.events import Channel
from ivr.engine.flow import Flow, Hours, SlotSpec, Switch
from ivr.engine.steps import (
    CODE_SERVICE,
    HELPED,
    NOT_HELPED,
    AskSlot,
    Branch,
    CallbackStep,
    Choice,
    Condition,
    Confirm,
    Deed,
    End,
    Format,
    Goto,
    Handoff,
    InvokeStep,
    Menu,
    Prompt,
    RecordStep,
    Ref,
    SayStep,
    SendStep,
    SetStep,
    Split,
    Step,
    Template,
    TransferStep,
    Tries,
    Verify,
)
from tests.engine.flows import RESUME, prompt

SECRET, PRIVATE = "86420975", "135791"  # answers that only the secret and the private slot ask for
NAMES = tuple(f"s{n}" for n in range(7))
CHANNELS: tuple[Channel, ...] = ("voice", "chat", "sms", "email", "messenger", "app")
SPECS = (
    SlotSpec("pin", "digits", "your PIN", "secret", min_length=8, max_length=8),
    SlotSpec("account", "digits", "your account", "private", min_length=6, max_length=6, say=("account {}",)),
    SlotSpec("count", "number", "how many", least="0", most="10"),
    SlotSpec("sure", "yes_no", "whether you are sure"),
    SlotSpec("size", "choice", "the size", choices={"s": "small", "l": "large"}),
    SlotSpec("day", "date", "the day", least="2020-01-01"),
    SlotSpec("price", "money", "the price"),
    SlotSpec("wish", "text", "your wish", max_length=1000),
)
SLOTS = st.sampled_from([spec.name for spec in SPECS])
TONGUES = ("en-US", "de-DE", "es-ES", "fr-FR", "ko-KR")

targets = st.sampled_from(NAMES)
# Words come from pools: what random words would add is little, and drawing them is slow
TEMPLATES: tuple[Template, ...] = (
    (),
    ("Hello ", Ref("customer.name"), "."),
    (Ref("journey.summary"),),
    ('<emphasis level="strong">', Ref("wish"), '</emphasis><break time="1s"/>', Ref("account"), Ref("pin", "spell")),
    *(("It is ", Ref(spec.name), ".") for spec in SPECS),
    *((Ref(name, form), Ref("pin", form)) for name in ("account", "wish", "day", "price") for form in get_args(Format)),
)
templates = st.sampled_from(TEMPLATES)
prompts = st.sampled_from([Prompt(t, (*t, "!"), a) for t in TEMPLATES for a in (None, "p.wav")])
tries = st.builds(
    lambda prompt, number, exhausted: Tries((prompt,), (prompt, prompt), number, exhausted, 6.0, 3.0),
    prompts,
    st.integers(1, 4),
    targets,
)
CHOICE_NAMES = (("one", "1"), ("agent", "0"), ("again", None))

NIGHTS = Hours("nights", "Europe/Berlin", (((1320, 1560),),) * 7, {"2027-01-16": ()}, "DE", "BY")
SWITCHES = {
    "storm": Switch("storm", "Storm", say=Prompt(("A storm.",), ("A storm.",))),
    "closed": Switch("closed", "Closed", goto="s2"),
}

DEEDS: tuple[Deed | None, ...] = (None, None, "repeat", "start_over", "correct")


@st.composite
def choice_lists(draw: st.DrawFn, least: int) -> tuple[Choice, ...]:
    found = []
    for name, key in CHOICE_NAMES[: draw(st.integers(least, len(CHOICE_NAMES)))]:
        goto = draw(targets)
        do = draw(st.sampled_from(DEEDS))
        tongue = draw(st.sampled_from([*[None] * 10, *TONGUES]))
        found.append(Choice(name, key, f"{name} more", (f"say {name}",), None if do else goto, do, tongue))
    return tuple(found)


def _article(told: Prompt, helped: str, not_helped: str, limits: Tries) -> Menu:
    yes, no = Choice(HELPED, "1", "Yes", ("yes",), helped), Choice(NOT_HELPED, "2", "No", ("no",), not_helped)
    return Menu(told, (yes, no), limits, "reset")


def _verify(asked: Prompt, limits: Tries, done: str, failed: str, trust: int, send: Literal["sms"] | None) -> Verify:
    service, text = (CODE_SERVICE, ("Your code is ", Ref("code"), ".")) if send else ("service", ())
    arguments: dict[str, Template] = {} if send else {"given": (Ref("pin"),)}
    return Verify("pin", asked, limits, service, arguments, 3.0, done, failed, trust, send, text)


conditions = st.builds(
    Condition,
    SLOTS | st.sampled_from(["channel", "trust", "language", "hours.nights", "switch.storm", "switch.closed"]),
    st.sampled_from(["is", "is_not", "in", "known", "at_least", "at_most"]),
    st.sampled_from([("yes",), ("no",), ("voice",), ("2",), ("s",), ("2026-01-01",), ("open",), ("on",), ("ko-KR",)]),
)
STEPS: dict[type, st.SearchStrategy[Step]] = {
    Menu: st.builds(Menu, prompts, choice_lists(1), tries, st.none(), st.booleans())
    | st.builds(_article, prompts, targets, targets, tries),
    AskSlot: st.builds(
        AskSlot,
        SLOTS,
        prompts,
        tries,
        targets,
        st.dictionaries(st.sampled_from(CHANNELS), targets, max_size=1),
        st.sampled_from(get_args(Confirm)),
    ),
    SayStep: st.builds(SayStep, prompts, targets),
    InvokeStep: st.builds(
        InvokeStep,
        st.just("service"),
        st.fixed_dictionaries({"given": templates}),
        st.just(3.0),
        st.none() | prompts,
        st.dictionaries(SLOTS, st.sampled_from(["a", "b"]), max_size=2),
        targets,
        targets,
        st.booleans(),
    ),
    SendStep: st.builds(
        SendStep, st.sampled_from(["sms", "email"]), templates, st.none() | targets, targets, st.none() | targets
    ),
    Handoff: st.builds(
        Handoff, st.just("q"), st.just(()), st.none() | prompts, templates, st.just(60.0), targets, st.none() | targets
    ),
    TransferStep: st.builds(
        TransferStep,
        st.sampled_from(["+442079460018", "sip:pharmacy@pbx.example"]),
        st.sampled_from(["+44 20 7946 0018", ""]),
        st.none() | prompts,
        st.sampled_from(["caller", "ours", "+442079460018"]),
        st.fixed_dictionaries({"X-Given": templates}),
        templates,
        st.just(30.0),
        targets,
        st.none() | targets,
    ),
    SetStep: st.builds(
        SetStep,
        st.dictionaries(SLOTS, templates, max_size=2)
        | st.fixed_dictionaries({"language": st.sampled_from([(), ("ko",), ("fr-FR",), (Ref("wish"),)])}),
        targets,
    ),
    Branch: st.builds(
        Branch,
        st.lists(st.tuples(st.lists(conditions, min_size=1, max_size=2).map(tuple), targets), max_size=2).map(tuple),
        targets,
    ),
    Split: st.builds(
        Split, st.lists(st.tuples(st.sampled_from([5.0, 20.0, 50.0]), targets), min_size=1, max_size=3).map(tuple)
    ),
    RecordStep: st.builds(
        RecordStep, st.just("wish"), prompts, st.just(60.0), st.just(4.0), st.just(6.0), targets, targets
    ),
    Verify: st.builds(_verify, prompts, tries, targets, targets, st.integers(1, 4), st.sampled_from([None, "sms"])),
    CallbackStep: st.builds(
        CallbackStep,
        st.just("q"),
        st.sampled_from([(), (Ref("account"),), (Ref("wish"),)]),
        templates,
        st.none() | prompts,
        targets,
        targets,
    ),
    Goto: st.builds(Goto, targets),
    End: st.builds(End, st.none() | prompts),
}
# Questions are where most things happen
steps = st.one_of(STEPS[AskSlot], STEPS[Menu], STEPS[AskSlot], *STEPS.values())


class Others(dict[str, Flow]):
    """Prints short: what a flow is in other languages is as long as the flow, and Hypothesis prints it all."""

    def __repr__(self) -> str:
        return f"{{{', '.join(self)}}}"


def in_all_languages(flow: Flow) -> Flow:
    others = {tag: replace(flow, language=tag, others={}) for tag in TONGUES if tag != flow.language}
    return replace(flow, others=Others(others))


flows: st.SearchStrategy[Flow] = st.builds(
    Flow,
    menu=st.just("random"),
    version=st.just("v1"),
    title=st.just("Random"),
    language=st.sampled_from([*TONGUES, "en-GB", "pl-PL"]),
    start=targets,
    channels=st.just(CHANNELS),
    steps=st.fixed_dictionaries(dict.fromkeys(NAMES, steps)),
    slots=st.just({spec.name: spec for spec in SPECS}),
    always=choice_lists(0),
    resume=st.just(RESUME),
    sorry=st.just(prompt("Sorry.")),
    hours=st.just({"nights": NIGHTS}),
    switches=st.sampled_from([{}, {}, {"storm": SWITCHES["storm"]}, SWITCHES]),
    keys_after=st.integers(1, 3),
    keep_speech=st.sampled_from([None, *(spec.name for spec in SPECS if spec.type == "yes_no")]),
).map(in_all_languages)
