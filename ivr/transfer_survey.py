"""What the transfers of a menu need of an installation, and what it lacks. Pure. For `segue doctor`."""

from __future__ import annotations

from collections.abc import Iterator

from ivr.engine.flow import Flow
from ivr.engine.steps import TransferStep
from ivr.settings import Settings, listed
from ivr.sight import Sight


def survey(flow: Flow, settings: Settings) -> Iterator[Sight]:
    """One for each step that somebody cannot be put through at, in the order of the file."""
    transfers = {name: step for name, step in flow.steps.items() if isinstance(step, TransferStep)}
    for name, step in transfers.items() if "voice" in flow.channels else ():
        where = f"{flow.menu}, step {name}"
        if settings.ami_url:
            yield from _by_asterisk(where, step, settings)
        if settings.twilio_account:
            yield from _by_twilio(where, step, settings)
        if not settings.ami_url and not settings.twilio_account:
            yield Sight(f"{where}: the web phone cannot dial; callers are told the number")


def _by_asterisk(where: str, step: TransferStep, settings: Settings) -> Iterator[Sight]:
    if step.to.startswith("client:"):
        nobody = "" if settings.twilio_account else "name a number or a sip: address"
        yield Sight(f"{where}: callers on Asterisk do not reach {step.to}", nobody)
    elif step.number and not settings.asterisk_trunk:
        remedy = "set IVR_ASTERISK_TRUNK to the endpoint of a trunk in pjsip.conf"
        yield Sight(f"{where}: Asterisk has nothing to dial {step.number} by", remedy)
    elif not step.number and not settings.asterisk_sip:
        remedy = "set IVR_ASTERISK_SIP to an endpoint of pjsip.conf, such as outbound"
        yield Sight(f"{where}: Asterisk has nothing to dial {step.to} by", remedy)
    elif step.caller_id == "ours" and not settings.caller_id:
        shown = "the number that the caller has dialled, or none where that is an extension"
        yield Sight(f"{where}: Asterisk shows {shown}, since IVR_CALLER_ID is empty")


def _by_twilio(where: str, step: TransferStep, settings: Settings) -> Iterator[Sight]:
    ours = settings.caller_id or any(sender.startswith("+") for sender in listed(settings.twilio_senders))
    if step.caller_id == "ours" and not ours:
        yield Sight(f"{where}: Twilio shows the caller's number, not ours", "set IVR_CALLER_ID to a number of yours")
