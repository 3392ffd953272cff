"""A look at Asterisk from outside, for `segue doctor`: whether it lets us in, who answers its calls, whether callers
can be heard, and whether it has the queues and endpoints that menus and settings name. Changes nothing."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import AsyncIterator, Iterable, Iterator, Sequence

from asterisk.ami import AMI, AMILost, AMIRefused
from asterisk.lease import Lookout
from asterisk.tap import REMEDY
from asterisk.trial import ways
from ivr.engine.flow import Flow
from ivr.engine.steps import Handoff
from ivr.settings import Settings
from ivr.sight import Sight

PATIENCE = 5.0  # seconds to let us in


async def survey(settings: Settings, flows: Iterable[Flow]) -> Sequence[Sight]:
    """What there is to say. `flows`: all that may be played."""
    if not settings.ami_url:
        return [Sight("none is set; calls come from the web phone")]
    ami = AMI(settings.ami_url)
    try:
        async with asyncio.timeout(PATIENCE):
            await ami.connect()
            queues = {row["Queue"] for row in await ami.rows("QueueStatus") if row["Event"] == "QueueParams"}
        endpoints = [sight async for sight in _endpoints(settings, ami)]
        sound, server = await _sound(settings, ami), await _server(settings, ami)
    except (AMILost, TimeoutError):
        remedy = "start it, or correct IVR_AMI_URL; its manager.conf must enable AMI and allow this address"
        return [Sight(f"{ami.address} does not answer", remedy)]
    except AMIRefused as error:
        return [Sight(str(error), "correct IVR_AMI_URL or Asterisk's manager.conf")]
    finally:
        ami.close()
    return [Sight(f"{ami.address} answers"), *server, sound, *_queues(flows, queues), *endpoints]


async def _server(settings: Settings, ami: AMI) -> list[Sight]:
    """Who answers its calls: a server with these settings, or another one."""
    found = await Lookout(ami).answering()
    if found is None:
        return []
    ours = (found.host, found.port) == (socket.gethostname(), settings.port)
    remedy = "stop it before you start one here, or point IVR_AMI_URL to another Asterisk"
    return [Sight(f"its calls are answered by {found}", "" if ours else remedy)]


async def _sound(settings: Settings, ami: AMI) -> Sight:
    """Whether what callers say can come to us."""
    if settings.ears == 0:
        return Sight("callers are not listened to: IVR_EARS is 0")
    found = await ways(ami, settings.asterisk_media, settings.host, settings.port)
    if working := [way for way, works in found.items() if works]:
        return Sight(f"callers can be heard, by {' and '.join(working)}")
    if None in found.values():
        return Sight("whether callers can be heard cannot be tried while Segue runs")
    return Sight("callers cannot be heard, and are served by keys", REMEDY)


def _queues(flows: Iterable[Flow], there: set[str]) -> Iterator[Sight]:
    steps = (step for flow in flows for step in flow.steps.values())
    wanted = {step.queue for step in steps if isinstance(step, Handoff)}
    for name in sorted(wanted - there):
        yield Sight(f"queue {name} is not there", f"add [{name}] to Asterisk's queues.conf")


async def _endpoints(settings: Settings, ami: AMI) -> AsyncIterator[Sight]:
    """Those that callers are put through by. PJSIPShowEndpoints would want the class `system`, which may load modules;
    the state of a device may be read without."""
    named = {"IVR_ASTERISK_TRUNK": settings.asterisk_trunk, "IVR_ASTERISK_SIP": settings.asterisk_sip}
    for name, endpoint in named.items():
        if not endpoint:
            continue
        state = (await ami.do("Getvar", Variable=f"DEVICE_STATE(PJSIP/{endpoint})")).get("Value", "")
        if state == "INVALID":
            remedy = f"correct {name}, or add [{endpoint}] to Asterisk's pjsip.conf"
            yield Sight(f"endpoint {endpoint} is not there", remedy)
        elif not state:
            lacks = "Asterisk does not load func_devstate"
            yield Sight(f"whether endpoint {endpoint} is there cannot be seen: {lacks}")
