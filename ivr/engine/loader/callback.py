"""`callback`: we promise the customer a call."""

from __future__ import annotations

from ivr.engine.loader import values
from ivr.engine.loader.reader import Reader
from ivr.engine.steps import CallbackStep


def callback(step: Reader) -> CallbackStep:
    """`{queue: support, number: "{number}", when: "{when}", prompt: …}`, with `next` and `failed`."""
    with step.inside("callback") as promise:
        queue = promise.need("queue", values.name, "", "name the queue whose agents call back")
        number, when = promise.node("number"), promise.node("when")
        number_ = promise.template("number", number, "sent") if number else ()
        when_ = promise.template("when", when, "told") if when else ()
        prompt = promise.prompt_or("prompt", None)
    failed = step.target("failed", "name the step for when there is no number")
    return CallbackStep(queue, number_, when_, prompt, step.target("next"), failed)
