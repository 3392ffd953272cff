"""What a journey waits for, and the words that ask for it: computed from flow and journey alone, so it can be
repeated at any time, by any process."""

from __future__ import annotations

from collections.abc import Iterator

from ivr.engine import doubts, render, verify
from ivr.engine.actions import (
    Action,
    Collect,
    Enqueue,
    Hangup,
    Invoke,
    Keys,
    Option,
    Record,
    Say,
    SlotType,
    Transfer,
    Wait,
)
from ivr.engine.data import replace
from ivr.engine.flow import (
    CODE_SERVICE,
    HELPED,
    NOT_HELPED,
    AskSlot,
    Choice,
    Flow,
    Handoff,
    InvokeStep,
    Menu,
    RecordStep,
    SlotSpec,
    TransferStep,
    Verify,
)
from ivr.engine.journey import Journey
from ivr.engine.keeping import may_be_kept
from ivr.engine.match import options_of
from ivr.engine.once import once
from ivr.engine.questions import (
    MESSAGE_INTERDIGIT,
    all_options_at,
    always_of,
    by_keys_only,
    choices_at,
    is_deaf,
    keys_of,
    offers_of,
    option_of,
    options_at,
)
from ivr.engine.sentence import behind
from ivr.engine.words import words_of

OFFER_TIMEOUT, OFFER_INTERDIGIT = 8.0, 3.0  # seconds; the offer is short, so there is no need to set them
LISTED = {"sms", "email", "messenger"}  # channels without buttons: options are written out

# Keys from min to max that make a value of the type; 15 digits are as many as `match` takes, 930 is a time
VALUE_KEYS: dict[SlotType, tuple[int, int]] = {"number": (1, 15), "money": (1, 15), "date": (8, 8), "time": (3, 4)}


def is_on(journey: Journey) -> bool:
    """Whether a contact is on that a wait can be put to."""
    return journey.contact is not None and journey.status in {"live", "queued", "with_agent", "transferred"}


def current_wait(flow: Flow, journey: Journey) -> tuple[Action, ...]:
    """The current wait to repeat, a question with its prompt; a hang-up where there is none. Changes nothing."""
    flow = flow.in_language(journey.language)
    wait = wait_of(flow, journey)
    return (*prompt_of(flow, journey), wait) if isinstance(wait, Collect | Record) else (wait,)


def wait_of(flow: Flow, journey: Journey) -> Wait | Hangup:
    """The current wait without its prompt; a hang-up where there is none."""
    wait = _wait_of(flow, journey)
    if isinstance(wait, Collect) and may_be_kept(flow, journey, wait):
        return replace(wait, keep=flow.menu)
    return wait


def _wait_of(flow: Flow, journey: Journey) -> Wait | Hangup:  # noqa: C901  # one case for each kind of wait
    if not is_on(journey):
        return Hangup("broken" if journey.contact is not None and journey.status == "paused" else "finished")
    name = journey.step or ""
    step = flow.steps.get(name)
    if journey.offering:
        return _offer(flow, journey, name)
    if journey.doubt and isinstance(step, Menu | AskSlot):
        return doubts.wait_of(flow, journey, step, journey.doubt)
    match step:
        case Menu():
            return _choose(flow, journey, name, step)
        case AskSlot():
            return _ask(flow, journey, name, step)
        case Verify():
            return _verify(flow, journey, name, step)
        case RecordStep():
            return _message(flow, journey, name, step)
        case InvokeStep():
            arguments = {key: render.for_service(flow, journey, value) for key, value in step.arguments.items()}
            return Invoke(journey.turn, name, step.service, arguments, step.timeout, _key(journey, journey.asked))
        case Handoff():
            whisper, why = render.for_agent(flow, journey, step.whisper), render.summary(flow, journey)
            queue = (journey.passed and journey.passed.queue) or step.queue
            return Enqueue(journey.turn, name, queue, step.skills, whisper, why, step.timeout, flow.language)
        case TransferStep():
            return _transfer(flow, journey, name, step)
        case _:  # this flow does not know the step: it is not the version that the journey is pinned to
            return Hangup("broken")


def prompt_of(flow: Flow, journey: Journey) -> tuple[Say, ...]:
    """The words of the current step, its options after them where the channel has no buttons; the keys offered first
    where ears were tried in vain."""
    words = _prompt_of(flow, journey)
    if not by_keys_only(flow, journey):
        return words
    ours = words_of(flow.language)
    why = ours.cannot_listen if is_deaf(journey) else ours.use_keys
    return (Say(why, fixed=True, language=flow.language), *words)


def _prompt_of(flow: Flow, journey: Journey) -> tuple[Say, ...]:
    if journey.offering:
        return (
            *render.say(flow, journey, flow.resume.offer),
            *_in_short(flow, journey, words_of(flow.language).offer, offers_of(flow)),
        )
    if journey.doubt and isinstance(step := flow.steps.get(journey.step or ""), Menu | AskSlot):
        return doubts.prompt_of(flow, journey, step, journey.doubt)
    match step := flow.steps.get(journey.step or ""):
        case Menu():
            return (*render.say(flow, journey, step.prompt), *_offered(flow, journey, step))
        case AskSlot():
            return (*render.say(flow, journey, step.prompt), *_answers(flow, journey, flow.slots[step.slot]))
        case Verify():
            return () if verify.is_given(journey, step) else render.say(flow, journey, step.prompt)
        case InvokeStep():
            return render.say(flow, journey, step.filler)
        case RecordStep() | Handoff() | TransferStep():
            return render.say(flow, journey, step.prompt)
        case _:
            return ()


def _beside(flow: Flow, step: Menu) -> Iterator[Choice]:
    """The always-choices that are offered beside its own: no language that is spoken, or offered, already."""
    languages = {flow.language, *(choice.language for choice in step.choices if choice.language)}
    return (choice for choice in flow.always if choice.label and choice.language not in languages)


def _choose(flow: Flow, journey: Journey, name: str, step: Menu) -> Collect:
    """What an open question takes besides, and what may be told with a choice, is for ears: eyes are shown what is
    offered."""
    by_ear = render.spoken(journey)
    return Collect(
        turn=journey.turn,
        step=name,
        slot=None,
        type=None,
        options=all_options_at(flow, step) if by_ear else options_at(flow, step),
        always=always_of(flow),
        keys=_keys_of(flow, step),
        timeout=step.tries.timeout,
        interdigit=step.tries.interdigit,
        language=flow.language,
        speech=not by_keys_only(flow, journey),
        behind=behind(flow, journey, choices_at(flow, step)) if by_ear else {},
    )


@once
def _keys_of(flow: Flow, step: Menu) -> Keys:
    return Keys(options=keys_of(*step.choices, *flow.always))


def _ask(flow: Flow, journey: Journey, name: str, step: AskSlot | Verify) -> Collect:
    spec = flow.slots[step.slot]
    options, always = options_at(flow, step), always_of(flow)
    shortest, longest = (
        (spec.min_length, spec.max_length) if spec.type == "digits" else VALUE_KEYS.get(spec.type, (0, 0))
    )
    return Collect(
        turn=journey.turn,
        step=name,
        slot=spec.name,
        type=spec.type,
        options=options,
        always=always,
        keys=Keys(keys_of(*options, *always), shortest, longest),
        timeout=step.tries.timeout,
        interdigit=step.tries.interdigit,
        secret=spec.sensitivity == "secret" or isinstance(step, Verify),
        language=flow.language,
        speech=not by_keys_only(flow, journey),
    )


def _verify(flow: Flow, journey: Journey, name: str, step: Verify) -> Collect | Invoke:
    """First the customer is asked, then whoever can tell whether it is right."""
    if not verify.is_given(journey, step):
        return _ask(flow, journey, name, step)
    if step.service == CODE_SERVICE:
        return Invoke(journey.turn, name, step.service, verify.code_arguments(journey, step), step.timeout)
    arguments = {key: render.for_service(flow, journey, value) for key, value in step.arguments.items()}
    return Invoke(journey.turn, name, step.service, arguments, step.timeout, _key(journey, journey.turn))


def _key(journey: Journey, asked: int) -> str:
    """No two askings of a journey begin in the same turn. The step's name is left out: a new version may change it."""
    return f"{journey.id}:{asked}"


def _message(flow: Flow, journey: Journey, name: str, step: RecordStep) -> Record | Collect:
    """Where there is no sound to record, the words are written."""
    secret = flow.slots[step.slot].sensitivity == "secret"
    if render.spoken(journey):
        return Record(journey.turn, name, step.slot, step.longest, step.silence, step.timeout, secret=secret)
    always = always_of(flow)
    return Collect(
        turn=journey.turn,
        step=name,
        slot=step.slot,
        type="text",
        options=(),
        always=always,
        keys=Keys(keys_of(*always)),
        timeout=step.timeout,
        interdigit=MESSAGE_INTERDIGIT,
        secret=secret,
        language=flow.language,
    )


def _transfer(flow: Flow, journey: Journey, name: str, step: TransferStep) -> Transfer:
    headers = {header: render.for_header(flow, journey, value) for header, value in step.headers.items()}
    whisper = render.for_agent(flow, journey, step.whisper)
    return Transfer(journey.turn, name, step.to, step.caller_id, headers, whisper, step.timeout, flow.language)


def _offer(flow: Flow, journey: Journey, name: str) -> Collect:
    options, always = offers_of(flow), always_of(flow)
    keys = Keys(options=keys_of(*options, *always))
    return Collect(
        turn=journey.turn,
        step=name,
        slot=None,
        type=None,
        options=options,
        always=always,
        keys=keys,
        timeout=OFFER_TIMEOUT,
        interdigit=OFFER_INTERDIGIT,
        language=flow.language,
        speech=not by_keys_only(flow, journey),
    )


def _answers(flow: Flow, journey: Journey, spec: SlotSpec) -> tuple[Say, ...]:
    words = words_of(flow.language)
    options = options_of(spec, words)
    if spec.type == "yes_no":
        return _in_short(flow, journey, words.yes_or_no, options)
    if not render.spoken(journey):
        return _listed(flow, journey, options)
    named = (option for option in options if option.key != option.label)  # a rating: its keys are its labels
    return tuple(_line(words.value, option, flow.language) for option in named if option.key)


def _in_short(flow: Flow, journey: Journey, line: str, options: tuple[Option, ...]) -> tuple[Say, ...]:
    """Two keys in one sentence."""
    if not render.spoken(journey):
        return _listed(flow, journey, options)
    return (Say(line, fixed=True, language=flow.language),)


def _offered(flow: Flow, journey: Journey, step: Menu) -> tuple[Say, ...]:
    if not render.spoken(journey):
        return _listed(flow, journey, tuple(map(option_of, (*step.choices, *_beside(flow, step)))))
    return _read_out(flow, step)


@once
def _read_out(flow: Flow, step: Menu) -> tuple[Say, ...]:
    """A language is offered in itself: who needs it may understand no other. Whether an article helped is yes or no."""
    choices, words = (*step.choices, *_beside(flow, step)), words_of(flow.language)
    helped = tuple(Say(words.yes_or_no, fixed=True, language=flow.language) for c in choices if c.id == HELPED)
    return helped + tuple(
        _line(words_of(choice.language).value, option_of(choice), choice.language)
        if choice.language
        else _line(words_of(flow.language).choice, option_of(choice), flow.language)
        for choice in choices
        if choice.key and choice.id not in {HELPED, NOT_HELPED}
    )


def _line(words: str, option: Option, language: str) -> Say:
    """By phone one say for each option, so that each can be rendered ahead and kept."""
    return Say(words.format(label=option.label, key=option.key), fixed=True, language=language)


def _listed(flow: Flow, journey: Journey, options: tuple[Option, ...]) -> tuple[Say, ...]:
    if journey.contact is None or journey.contact.channel not in LISTED or not options:
        return ()
    words = ", ".join(f"{o.key} {o.label}" if o.key else o.label for o in options)
    return (Say(words, fixed=True, language=flow.language),)
