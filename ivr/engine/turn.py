"""A turn: one event and all that follows from it until the next wait. Steps that need nobody run on by themselves."""

from __future__ import annotations

from collections.abc import Mapping

from ivr.engine import render, verify
from ivr.engine.actions import Action, Hangup, Invoke, Say, Send
from ivr.engine.data import replace
from ivr.engine.events import Event
from ivr.engine.flow import Flow
from ivr.engine.formats import telephone
from ivr.engine.guard import proof_before
from ivr.engine.journey import Ask, Contact, Doubt, Journey, Slot, Visit
from ivr.engine.languages import lookup
from ivr.engine.perform import perform
from ivr.engine.steps import Prompt, Verify
from ivr.engine.waits import wait_of
from ivr.engine.wording import prompt_of
from ivr.engine.words import words_in

MAX_STEPS = 100  # in one turn; more are a loop
SEEN, PATH, LEDGER = 32, 50, 200  # how many events, visits and asks a journey remembers


class Turn:
    """The journey as it changes, and what is to be done. Lives as long as one call of `step`."""

    def __init__(self, flow: Flow, journey: Journey, event: Event) -> None:
        self._flow = flow
        self.flow = flow.in_language(journey.language)  # that is spoken at this point of the turn
        self.at = event.at
        self.switches = event.switches
        self.journey = replace(journey, seen=(*journey.seen, event.id)[-SEEN:])
        self.actions: list[Action] = []

    @property
    def result(self) -> tuple[Journey, tuple[Action, ...]]:
        return self.journey, tuple(self.actions)

    @property
    def contact(self) -> Contact:
        if self.journey.contact is None:
            raise LookupError("steps run only while a contact is on; let it arrive first")
        return self.journey.contact

    def go(self, name: str, *, keep_counters: bool = False, again: bool = False) -> None:
        """Enter a step and run on until a wait or a hang-up. `again`: what was in doubt or asked there still is."""
        origin = self.journey
        doubt, asked = (origin.doubt, origin.asked) if again else (None, 0)
        tries = (origin.noinputs, origin.nomatches, origin.misheard) if keep_counters else (0, 0, 0)
        for _ in range(MAX_STEPS):
            if name not in self.flow.steps:
                break
            self._enter(name, *tries, doubt, asked)
            following = perform(self, self.flow.steps[name])
            if following is None:
                return
            name, tries, doubt, asked = following, (0, 0, 0), None, 0
        self._give_up(origin)

    def return_to(self, name: str, *, keep_counters: bool = False) -> None:
        """Go on there after a while, by way of the proof that this contact has not given. What was asked there still
        is, before the proof and behind it."""
        stays, asked = name == self.journey.step, self.journey.asked
        if stays and self.journey.owed:
            name, keep_counters = self.journey.owed, False
        proof = proof_before(self.flow, name, self.contact.trust)
        if proof is None:
            self.go(name, keep_counters=keep_counters, again=stays)
            return
        self.go(proof)
        if self.journey.step == proof:  # else it cannot be given now, and they are elsewhere
            self.journey = replace(self.journey, owed=name, asked=asked if stays else 0)

    def proven(self, step: Verify) -> None:
        """The proof was right: on from here, or to where the journey was."""
        owed = self.journey.owed
        self.go(owed or step.done, again=owed is not None)

    def begin(self) -> None:
        """From the flow's start, with the answers there are."""
        self.journey = replace(self.journey, step=None)
        self.go(self.flow.start)

    def start_over(self) -> None:
        """From the flow's start, and nothing is known. The ledger stays: it is about us, not about the customer."""
        self.forget()
        self.begin()

    def forget(self) -> None:
        self.journey = replace(self.journey, slots={}, path=(), step=None)

    def offer(self) -> None:
        """Ask whether to go on or to start over. The tries at the step itself begin anew: it has been a while."""
        self.journey = replace(self.journey, offering=True, noinputs=0, nomatches=0, misheard=0, unheard=0)
        self.wait()

    def wait(self, *, again: bool = False) -> None:
        """Put the question of the current step: a new wait, so that what answers an older one is late. `again`: of a
        back office, which may have been asked it before."""
        self.journey = replace(self.journey, turn=self.journey.turn + 1)
        wait = wait_of(self.flow, self.journey)
        if isinstance(wait, Invoke):
            wait = replace(wait, again=again)
        self.actions += (*prompt_of(self.flow, self.journey), wait)

    def invoke(self) -> None:
        """Have a back office asked. Where the contact was lost meanwhile, it is the same asking as before."""
        asked = self.journey.asked
        self.journey = replace(self.journey, asked=asked or self.journey.turn + 1)
        self.wait(again=asked > 0)

    def wait_on(self) -> None:
        """Go on with the same wait, without a word."""
        self.actions.append(wait_of(self.flow, self.journey))

    def hang_up(self) -> None:
        """The end, for this contact."""
        self.actions.append(Hangup())

    def finish(self) -> None:
        """The end, for the journey."""
        self.journey = replace(self.journey, status="finished", passed=None)
        self.hang_up()

    def count(self, *, noinputs: int = 0, nomatches: int = 0, misheard: int = 0) -> None:
        journey = self.journey
        self.journey = replace(
            journey,
            noinputs=journey.noinputs + noinputs,
            nomatches=journey.nomatches + nomatches,
            misheard=journey.misheard + misheard,
        )

    def say(self, prompt: Prompt | None) -> None:
        self.actions += render.say(self.flow, self.journey, prompt)

    def tell(self, words: str, *, fixed: bool = True) -> None:
        """Built-in words; not `fixed` with a value in them."""
        self.actions.append(Say(words, fixed=fixed, language=self.flow.language))

    def tell_number(self, number: str) -> None:
        """Which one to call, as people write it: `+44 20 7946 0018`."""
        words = words_in(self.flow)
        spoken = telephone(words, number) if render.spoken(self.journey) else number
        self.tell(words.please_call.format(number=spoken))

    def keep(self, values: Mapping[str, str], *, given: bool) -> None:
        """Slots' values; an empty one forgets. `given` by the customer in this contact, or found by us."""
        if not values:
            return
        channel, contact = (self.contact.channel, self.contact.id) if given else (None, None)
        slots = {
            **self.journey.slots,
            **{name: Slot(value, channel, contact, self.at) for name, value in values.items()},
        }
        self.journey = replace(self.journey, slots={name: slot for name, slot in slots.items() if slot.value})

    def reach(self, number: str) -> None:
        """A back office knows the customer's number: messages go there, and who phones from it goes on here."""
        contact = self.contact
        self.journey = replace(self.journey, contact=replace(contact, reach={**contact.reach, "sms": number}))

    def speak(self, language: str) -> None:
        """From now on in that language, if the flow has it (`de` stands for its `de-DE`); nothing: in its own."""
        if found := lookup(language or self._flow.language, self._flow.languages):
            self._speak(replace(self.journey, language=found if language else None))

    def belongs(self, copies: Mapping[str, Slot]) -> None:
        """A copy was given in the contact in which the original was: that one may hear it."""
        slots = {
            name: replace(slot, contact=copies[name].contact) if name in copies else slot
            for name, slot in self.journey.slots.items()
        }
        self.journey = replace(self.journey, slots=slots)

    def visit(self) -> None:
        visit = Visit(self.journey.step or "", self.contact.channel, self.at)
        self.journey = replace(self.journey, path=(*self.journey.path, visit)[-PATH:])

    def chose(self, label: str) -> None:
        """What was taken at the current step; an offer is no step."""
        if self.journey.path and not self.journey.offering:
            *before, last = self.journey.path
            self.journey = replace(self.journey, path=(*before, replace(last, chose=label)))

    def chose_at(self, step: str, label: str) -> None:
        """Something else was taken at an earlier step than is noted."""
        path = list(self.journey.path)
        n = next((n for n in range(len(path) - 1, -1, -1) if path[n].step == step), None)
        if n is not None:
            path[n] = replace(path[n], chose=label)
            self.journey = replace(self.journey, path=tuple(path))

    def doubt(self, doubt: Doubt) -> None:
        """Ask back about an answer before it counts."""
        self.journey = replace(self.journey, doubt=doubt)
        self.wait()

    def check(self, step: Verify) -> None:
        """Have the proof checked that was given."""
        self.journey = verify.guessed(self.journey, step, self.at)
        self.wait()

    def send_code(self, step: Verify) -> bool:
        """Send a one-time code where the proof needs one; False when we have no address."""
        if step.send is None or verify.is_code_out(self.journey, step, self.at):
            return True
        if step.send not in self.contact.reach:
            return False
        self.journey, code = verify.code_sent(self.journey, step, self.at)
        self.actions.append(Send(step.send, render.for_send(self.flow, self.journey, step.text), code=code))
        return True

    def note_ask(self, slot: str | None, *, known: bool) -> None:
        """A line of the ask ledger, once for a question in a contact."""
        journey, contact = self.journey, self.contact
        line = Ask(journey.step or "", slot, contact.channel, contact.id, self.at, known)
        if _question(line) not in map(_question, journey.ledger):
            self.journey = replace(journey, ledger=(*journey.ledger, line)[-LEDGER:])

    def _enter(self, name: str, noinputs: int, nomatches: int, misheard: int, doubt: Doubt | None, asked: int) -> None:
        self.journey = replace(
            self.journey,
            step=name,
            offering=False,
            status="live",
            noinputs=noinputs,
            nomatches=nomatches,
            misheard=misheard,
            owed=None,
            doubt=doubt,
            asked=asked,
            unheard=0,
            passed=self.journey.passed if name == self.journey.step else None,
        )

    def _speak(self, journey: Journey) -> None:
        self.journey, self.flow = journey, self._flow.in_language(journey.language)

    def _give_up(self, origin: Journey) -> None:
        """The flow runs in circles. Nothing of this turn is done but what the customer gave, so that nobody gets
        fifty text messages; the journey stays where it last waited and can go on from there when the flow is mended."""
        self._speak(replace(origin, status="paused"))
        self.actions = [*render.say(self.flow, self.journey, self.flow.sorry), Hangup("broken")]


def _question(ask: Ask) -> tuple[str, str | None, str, bool]:
    return ask.step, ask.slot, ask.contact, ask.known
