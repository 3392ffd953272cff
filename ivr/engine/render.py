"""Templates and prompts to words: by channel, in the formats of the menu's language, and by trust.

Who may see a slot is decided here and nowhere else. Customers never get a secret slot, and a private one only when
this contact has proven enough or has given it; its title stands in. Agents get all but secrets. Services get values.
"""

from __future__ import annotations

from collections.abc import Callable

from ivr.engine import markup
from ivr.engine.actions import Say
from ivr.engine.flow import Flow, Sensitivity
from ivr.engine.formats import formatted
from ivr.engine.journey import Contact, Journey, Slot, Visit
from ivr.engine.once import once
from ivr.engine.steps import HELPED, NOT_HELPED, Menu, Prompt, Ref, Template
from ivr.engine.words import MASK, words_in, words_of

ATTESTED = 2  # the trust tier from which private slots may be said back
SENSITIVITIES: tuple[Sensitivity, ...] = ("public", "private", "secret")
SUMMARY_CHOICES, SUMMARY_VALUE = 6, 80  # the last choices, and characters of a value, that a sentence can bear
HEADER = 200  # characters of a SIP header's value; Twilio takes 1,024 of all of them
LINK, CODE = "{link}", "{code}"  # replaced by whoever sends

Show = Callable[[str, Slot], str | None]  # slot name, slot -> what to show of it; None: it stays hidden


def say(flow: Flow, journey: Journey, prompt: Prompt | None) -> tuple[Say, ...]:
    """A prompt as words for the journey's channel; nothing when it has no words there."""
    if prompt is None:
        return ()
    return _fixed(flow, prompt, spoken(journey)) or _made(flow, journey, prompt)


@once
def _fixed(flow: Flow, prompt: Prompt, voice: bool) -> tuple[Say, ...]:
    """The same whoever hears it; nothing where a prompt holds values."""
    template = prompt.voice if voice else prompt.text
    if any(isinstance(part, Ref) for part in template):
        return ()
    nobody = Journey("", flow.menu, flow.version, contact=Contact("", "voice" if voice else "chat", 0))
    return _made(flow, nobody, prompt)


def _made(flow: Flow, journey: Journey, prompt: Prompt) -> tuple[Say, ...]:
    voice = spoken(journey)
    template, audio = (prompt.voice, prompt.audio) if voice else (prompt.text, None)
    marked = _marked(flow, journey, template) if voice else None
    text = for_customer(flow, journey, template) if marked is None else markup.plain(marked).strip()
    fixed = not any(isinstance(part, Ref) for part in template)
    return (Say(text, audio, fixed, prompt.language or flow.language, marked),) if text or audio else ()


def _marked(flow: Flow, journey: Journey, template: Template) -> str | None:
    """The words with their marks; None where there are none. No value can bring any."""
    if not any(isinstance(part, str) and markup.is_marked(part) for part in template):
        return None
    parts = (p if isinstance(p, str) else markup.escaped(for_customer(flow, journey, (p,))) for p in template)
    return "".join(parts).strip()


def spoken(journey: Journey) -> bool:
    return journey.contact is not None and journey.contact.channel == "voice"


def for_customer(flow: Flow, journey: Journey, template: Template, *, written: bool = False) -> str:
    """`written`: for eyes, whatever the channel is."""
    show = _customers_show(flow, journey)
    return _fill(flow, journey, template, show, lambda name: _title(flow, name), written=written)


def for_send(flow: Flow, journey: Journey, template: Template) -> str:
    """A message: it is read, also when it is sent from a call. `{link}` and `{code}` stay for whoever sends, but not
    where a customer's own words hold them."""

    def words(part: str | Ref) -> str:
        match part:
            case Ref(name="link"):
                return LINK
            case Ref(name="code"):
                return CODE
            case Ref():
                shown = for_customer(flow, journey, (part,), written=True)
                return shown.replace(LINK, "link").replace(CODE, "code")
            case text:
                return text

    return "".join(map(words, template))


def for_agent(flow: Flow, journey: Journey, template: Template) -> str:
    unknown = words_of(flow.language).unknown
    return _fill(flow, journey, template, _agents_show(flow), lambda _: unknown)


def for_service(flow: Flow, journey: Journey, template: Template) -> str:
    """Bare values, secrets too: a PIN is asked for to be checked."""
    return _fill(flow, journey, template, lambda _, slot: slot.value, lambda _: "", bare=True)


def for_header(flow: Flow, journey: Journey, template: Template) -> str:
    """A value beside a call that goes to somebody else: bare, on one line, without secrets."""
    text = _fill(flow, journey, template, _agents_show(flow), lambda _: "", bare=True)
    return "".join(filter(str.isprintable, " ".join(text.split())))[:HEADER]


def for_slot(flow: Flow, journey: Journey, template: Template, target: str) -> str:
    """A value made of others. What is sensitive may only go where it stays as sensitive; elsewhere it is masked."""
    ceiling = SENSITIVITIES.index(_sensitivity(flow, target))

    def show(name: str, slot: Slot) -> str:
        return slot.value if SENSITIVITIES.index(_sensitivity(flow, name)) <= ceiling else MASK

    return _fill(flow, journey, template, show, lambda _: "", bare=True)


def summary(flow: Flow, journey: Journey) -> str:
    """One sentence for agents: what was chosen and what was given."""
    flow = flow.in_language(journey.language)
    return _summary(flow, journey, _agents_show(flow))


def article_at(flow: Flow, visit: Visit) -> str:
    """The title of the article that a step tells; empty when it tells none."""
    step = flow.steps.get(visit.step)
    return flow.articles.get(step.article, step.article) if isinstance(step, Menu) and step.article else ""


def taken_at(flow: Flow, visit: Visit) -> str:
    """What the customer took there, for agents."""
    if visit.chose not in {HELPED, NOT_HELPED} or not (title := article_at(flow, visit)):
        return visit.chose
    words = words_of(flow.language)
    return f"{title}: {words.yes[0] if visit.chose == HELPED else words.no[0]}"


def _customers_show(flow: Flow, journey: Journey) -> Show:
    def show(name: str, slot: Slot) -> str | None:
        contact, sensitivity = journey.contact, _sensitivity(flow, name)
        trusted = contact is not None and (contact.trust >= ATTESTED or contact.id == slot.contact)
        return slot.value if sensitivity == "public" or (sensitivity == "private" and trusted) else None

    return show


def _agents_show(flow: Flow) -> Show:
    return lambda name, slot: MASK if _sensitivity(flow, name) == "secret" else slot.value


def _fill(
    flow: Flow,
    journey: Journey,
    template: Template,
    show: Show,
    hidden: Callable[[str], str],
    *,
    bare: bool = False,
    written: bool = False,
) -> str:
    """`hidden` gives what stands for a name that has no value or may not be shown; `bare`: values as they are kept;
    `written`: for eyes."""
    aloud = spoken(journey) and not bare and not written

    def value(ref: Ref) -> str:
        match ref.name:
            case "customer.name":
                name = journey.contact.customer_name if journey.contact else ""
                return formatted(words_in(flow), ref.format, name, spoken=False) if name else hidden(ref.name)
            case "journey.summary":
                return _summary(flow, journey, show)
        slot = journey.slots.get(ref.name)
        shown = show(ref.name, slot) if slot else None
        if shown is None:
            return hidden(ref.name)
        if ref.format != "plain":
            return formatted(words_in(flow), ref.format, shown, spoken=aloud)
        return shown if bare else _plain(flow, ref.name, shown)

    text = "".join(part if isinstance(part, str) else value(part) for part in template)
    return text if bare else text.strip()


def _summary(flow: Flow, journey: Journey, show: Show) -> str:
    words = words_of(flow.language)
    chosen = [visit.chose for visit in journey.path if visit.chose and not article_at(flow, visit)][-SUMMARY_CHOICES:]
    tried = [article_at(flow, visit) for visit in journey.path if visit.chose == NOT_HELPED]
    tried = list(dict.fromkeys(filter(None, tried)))[-SUMMARY_CHOICES:]
    given = [
        f"{title_for_agent(flow, name)} {_short(_plain(flow, name, shown))}"
        for name, slot in journey.slots.items()
        if slot.channel is not None and (shown := show(name, slot)) is not None
    ]
    parts = [words.chose.format(labels=", ".join(chosen))] if chosen else []
    parts += [words.tried.format(articles=", ".join(tried))] if tried else []
    parts += [words.gave.format(slots=", ".join(given))] if given else []
    sentence = "; ".join(parts) or words.nothing
    return f"{sentence[0].upper()}{sentence[1:]}."


def _plain(flow: Flow, name: str, value: str) -> str:
    """People hear the label of a choice, not its id."""
    spec = flow.slots.get(name)
    return spec.choices.get(value, value) if spec and spec.type == "choice" else value


def _title(flow: Flow, name: str) -> str:
    """What stands for a slot. A customer without a name has no title either."""
    spec = flow.slots.get(name)
    return spec.title if spec else ""


def title_for_agent(flow: Flow, name: str) -> str:
    """`your order number` is what a customer hears; whoever talks about them says `order number`."""
    title = _title(flow, name) or name.replace("_", " ")
    for yours in words_of(flow.language).yours:
        title = title.removeprefix(yours)
    return title


def _sensitivity(flow: Flow, name: str) -> Sensitivity:
    """A slot that the flow does not declare (another version did) is nobody's to see."""
    spec = flow.slots.get(name)
    return spec.sensitivity if spec else "secret"


def _short(text: str) -> str:
    return text if len(text) <= SUMMARY_VALUE else text[: SUMMARY_VALUE - 1] + "…"
