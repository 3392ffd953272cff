"""`verify`: the customer proves who they are, by a PIN that a service checks or by a one-time code that we send."""

from __future__ import annotations

from ivr.engine.flow import SlotSpec
from ivr.engine.loader import values
from ivr.engine.loader.reader import Reader
from ivr.engine.loader.steps import WAYS, arguments, spec_of, tries
from ivr.engine.services import informed_step
from ivr.engine.steps import CODE_SERVICE, PATIENCE, Prompt, Ref, Template, Verify

PIN_TYPES = ("digits", "date")
CODE_LENGTH = 6  # digits, as `context_bridge.codes` makes them
HIGHEST_TRUST = 4


def verify(step: Reader) -> Verify:
    """`{pin: SLOT, service: …, with: {…}}` or `{code: sms, text: …}`, both with `prompt`, `trust` and the keys of a
    question, and beside it `done` and `failed`."""
    failed = step.target("failed", "name the step for after the last try, and for when nobody can check it")
    done = step.target("done", "name the step for when it is right")
    with step.inside("verify", "write {pin: SLOT, service: …} or {code: sms, text: …}") as proof:
        prompt = proof.prompt("prompt")
        trust = proof.get("trust", values.whole(1, HIGHEST_TRUST), 3)
        if proof.has("code") and not proof.has("pin"):
            return _code(proof, prompt, trust, done, failed)
        return _pin(proof, prompt, trust, done, failed)


def _pin(proof: Reader, prompt: Prompt, trust: int, done: str, failed: str) -> Verify:
    slot = proof.need("pin", values.name, "", 'name the slot of the PIN, or write "code: sms" for a one-time code')
    if slot:
        _check_slot(proof, slot)
    service = proof.need("service", values.words, "", "name the service of services.yaml that checks it")
    spec = spec_of(proof, service)
    if spec and "ok" not in spec.answer:
        problem = f'service {service} does not answer "ok"'
        proof.wrong(proof.place("service"), problem, "let it answer ok: yes or no, and name that in services.yaml")
    given = arguments(proof, spec)
    if not any(Ref(slot) in template for template in given.values()):
        remedy = f'write with: {{{slot or "pin"}: "{{{slot or "pin"}}}"}}'
        proof.wrong(proof.place("with"), "the service does not get what it must check", remedy)
    found = Verify(slot, prompt, tries(proof, failed), service, given, PATIENCE, done, failed, trust)
    return informed_step(found, spec)


def _check_slot(proof: Reader, slot: str) -> None:
    place, spec = proof.place("pin"), proof.draft.slots.get(slot)
    proof.mention(slot, "asked", place)
    if spec and spec.sensitivity != "secret":
        proof.wrong(place, f"{slot} is {spec.sensitivity}", f"declare {slot} with sensitivity: secret")
    if spec and spec.type not in PIN_TYPES:
        problem = f"{slot} is a {spec.type}, which nobody keys in as a proof"
        proof.wrong(place, problem, f"declare {slot} as one of: {', '.join(PIN_TYPES)}")


def _code(proof: Reader, prompt: Prompt, trust: int, done: str, failed: str) -> Verify:
    send = proof.need("code", values.one_of(WAYS), WAYS[0], f"write one of: {', '.join(WAYS)}")
    slot = f"{proof.step}.code"
    proof.draft.made[slot] = SlotSpec(slot, "digits", "the code", "secret", CODE_LENGTH, CODE_LENGTH)
    limits = tries(proof, failed)
    text = _text(proof)
    return Verify(slot, prompt, limits, CODE_SERVICE, {}, PATIENCE, done, failed, trust, send, text)


def _text(proof: Reader) -> Template:
    node = proof.node("text")
    text = proof.template("text", node, "coded") if node else ()
    if node is None:
        proof.missing("text", 'write what is sent: "Your code is {code}."')
    elif Ref("code") not in text:
        proof.wrong(node.place, "the code is not in the text", 'write {code} in it: "Your code is {code}."')
    return text
