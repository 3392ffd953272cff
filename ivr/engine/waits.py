"""What a journey waits for: computed from flow and journey alone, so it can be repeated at any time, by any process."""

from __future__ import annotations

from ivr.engine import doubts, render, verify
from ivr.engine.actions import (
    Action,
    Collect,
    Enqueue,
    Hangup,
    Invoke,
    Keys,
    Record,
    SlotType,
    Transfer,
    Wait,
)
from ivr.engine.data import replace
from ivr.engine.flow import Flow
from ivr.engine.journey import Journey
from ivr.engine.keeping import may_be_kept
from ivr.engine.once import once
from ivr.engine.questions import (
    MESSAGE_INTERDIGIT,
    all_options_at,
    always_of,
    back_of,
    by_keys_only,
    choices_at,
    keys_of,
    offers_of,
    options_at,
)
from ivr.engine.sentence import behind
from ivr.engine.steps import CODE_SERVICE, AskSlot, Handoff, InvokeStep, Menu, RecordStep, TransferStep, Verify
from ivr.engine.wording import prompt_of

OFFER_TIMEOUT, OFFER_INTERDIGIT = 8.0, 3.0  # seconds; the offer is short, so there is no need to set them

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
    wait = _with_back(flow, journey, _wait_of(flow, journey))
    if isinstance(wait, Collect) and may_be_kept(flow, journey, wait):
        return replace(wait, keep=flow.menu)
    return wait


def _with_back(flow: Flow, journey: Journey, wait: Wait | Hangup) -> Wait | Hangup:
    """Where ears may answer, and this contact was asked something before."""
    if not isinstance(wait, Collect) or wait.secret or not wait.speech or not render.spoken(journey):
        return wait
    step, contact = flow.steps.get(wait.step), journey.contact
    if journey.doubt or journey.offering or contact is None or not isinstance(step, Menu | AskSlot):
        return wait
    back = back_of(flow, step)
    asked_before = back and any(ask.contact == contact.id and ask.step != wait.step for ask in reversed(journey.ledger))
    return replace(wait, always=(*wait.always, *back)) if asked_before else wait


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
            return Invoke(journey.turn, name, step.service, arguments, step.longest, _key(journey, journey.asked))
        case Handoff():
            whisper, why = render.for_agent(flow, journey, step.whisper), render.summary(flow, journey)
            queue = (journey.passed and journey.passed.queue) or step.queue
            return Enqueue(journey.turn, name, queue, step.skills, whisper, why, step.timeout, flow.language)
        case TransferStep():
            return _transfer(flow, journey, name, step)
        case _:  # this flow does not know the step: it is not the version that the journey is pinned to
            return Hangup("broken")


def _choose(flow: Flow, journey: Journey, name: str, step: Menu) -> Collect:
    by_ear = render.spoken(journey)
    return replace(
        _menu(flow, step, by_ear),
        turn=journey.turn,
        step=name,
        speech=not by_keys_only(flow, journey),
        behind=behind(flow, journey, choices_at(flow, step)) if by_ear else {},
    )


@once
def _menu(flow: Flow, step: Menu, by_ear: bool) -> Collect:
    """What an open question takes besides, and what may be told with a choice, is for ears: eyes are shown what is
    offered."""
    return Collect(
        turn=0,
        step="",
        slot=None,
        type=None,
        options=all_options_at(flow, step) if by_ear else options_at(flow, step),
        always=always_of(flow),
        keys=Keys(options=keys_of(*step.choices, *flow.always)),
        timeout=step.tries.timeout,
        interdigit=step.tries.interdigit,
        language=flow.language,
    )


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
        return Invoke(journey.turn, name, step.service, verify.code_arguments(journey, step), step.patience)
    arguments = {key: render.for_service(flow, journey, value) for key, value in step.arguments.items()}
    return Invoke(journey.turn, name, step.service, arguments, step.patience, _key(journey, journey.turn))


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
