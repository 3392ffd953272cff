"""Asks a service that a menu invokes: in time, and again where that may help.

Whatever goes wrong outside becomes `BackOfficeError`, and so the menu's `failed`: never a stack trace, never a wait
longer than the step allows.
"""

from __future__ import annotations

import asyncio
import itertools
import random
from collections.abc import Mapping
from typing import Protocol

from aiohttp.abc import AbstractResolver

from ivr.backoffice.answer import check_status, values_of
from ivr.backoffice.attempt import FIRST, Attempt
from ivr.backoffice.client import Client, Reply, own
from ivr.backoffice.failure import BackOfficeError, Transient, UnderWay, pause
from ivr.backoffice.request import Request, request_of
from ivr.backoffice.secret import Secrets
from ivr.engine.services import Services, ServiceSpec

Values = Mapping[str, str]  # by their names


class BackOffice(Protocol):
    async def ask(self, service: str, arguments: Values, within: float, attempt: Attempt = FIRST) -> Values: ...


class HttpBackOffice:
    """`demo_url` is where services of the form `demo:/path` are found: our own demo back office. `resolver` is for
    tests."""

    def __init__(
        self,
        services: Services,
        demo_url: str,
        secrets: Secrets | None = None,
        resolver: AbstractResolver | None = None,
    ) -> None:
        self._services, self._demo_url = services, demo_url
        self._secrets = secrets or Secrets()
        self._client = Client(services.allow, resolver)
        self._demo = Client(own(demo_url))

    async def ask(self, service: str, arguments: Values, within: float, attempt: Attempt = FIRST) -> Values:
        """The values that `service` declares, in canonical form, within `within` seconds."""
        spec = self._services.get(service)
        if spec is None:
            raise BackOfficeError(f"{service} is not declared in services.yaml")
        seconds = min(within, spec.timeout)
        try:
            request = request_of(spec, arguments, self._secrets, self._demo_url, attempt.key)
            async with asyncio.timeout(seconds) as limit:
                return values_of(spec, await self._reply(spec, request, limit, attempt.again))
        except TimeoutError as error:
            raise BackOfficeError(f"{service}: no answer within {seconds:g} s") from error
        except BackOfficeError as error:
            raise BackOfficeError(f"{service}: {error}") from error

    async def close(self) -> None:
        await self._client.close()
        await self._demo.close()

    async def _reply(self, spec: ServiceSpec, request: Request, limit: asyncio.Timeout, again: bool) -> Reply:
        """The first that can be read, in as many tries as the service allows and as the time lasts for."""
        client = self._demo if spec.is_demo else self._client
        for failures in itertools.count(1):
            try:
                reply = await client.send(request)
                check_status(reply, spec, again=again or failures > 1)
                return reply
            except Transient as failure:
                rest = (limit.when() or 0.0) - asyncio.get_running_loop().time()
                seconds = pause(failures, failure.after, random.uniform)
                given_up = failures > spec.retries and not isinstance(failure, UnderWay)
                if given_up or seconds >= rest:
                    raise
                await asyncio.sleep(seconds)
        raise AssertionError("counting has no end")
