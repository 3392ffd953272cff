"""A look at the hosts and secrets of services.yaml, without asking a service anything. For `segue doctor`."""

from __future__ import annotations

import asyncio
import os
import socket
from collections.abc import Awaitable, Callable, Mapping, Sequence
from pathlib import Path

from ivr.backoffice.secret import Secrets, unused
from ivr.engine.allow import literal
from ivr.engine.loader.address import target
from ivr.engine.services import Services
from ivr.settings import SettingsError
from ivr.sight import Sight

PATIENCE = 5.0  # seconds for a name to be resolved

Resolve = Callable[[str, int], Awaitable[Sequence[str]]]  # host, port -> its addresses; raises OSError


async def resolve(host: str, port: int) -> Sequence[str]:
    found = await asyncio.get_running_loop().getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(sockaddr[0]) for *_, sockaddr in found))


async def survey(
    services: Services, folder: Path | None, environ: Mapping[str, str] = os.environ, resolve: Resolve = resolve
) -> list[Sight]:
    """What there is to say about each host, and about secrets. Nothing when all services are the demo's."""
    urls = [spec.url for spec in services.values() if not spec.is_demo]
    places = dict.fromkeys((host, port) for _, host, port in map(target, urls))
    sights = await asyncio.gather(*(_host(services, host, port, resolve) for host, port in places))
    return [*sights, *_secrets(services, folder, environ)]


async def _host(services: Services, host: str, port: int, resolve: Resolve) -> Sight:
    if literal(host):
        return Sight(f"{host} is allowed")
    try:
        async with asyncio.timeout(PATIENCE):
            found = await resolve(host, port)
    except (OSError, UnicodeError):  # a TimeoutError is an OSError; a UnicodeError: no name that IDNA knows
        return Sight(f"{host} has no address", "correct its url in services.yaml, or the DNS of this machine")
    for text in found:
        address = literal(text)
        if address is None or not services.allow.reaches(address, port):
            remedy = f"if your back office is there, add it to allow in services.yaml: - {text}; else mend the DNS"
            return Sight(f"{host} is at {text}, which is not on the public internet", remedy)
    return Sight(f"{host} is at {', '.join(found)}")


def _secrets(services: Services, folder: Path | None, environ: Mapping[str, str]) -> list[Sight]:
    strange = [
        Sight(f"{name} is used by no service", "correct its name, or unset it") for name in unused(services, environ)
    ]
    try:
        Secrets.of(services, folder, environ)
    except SettingsError as error:
        lines = (line.partition("; ") for line in str(error).splitlines())
        return strange + [Sight(state, remedy) for state, _, remedy in lines]
    return strange
