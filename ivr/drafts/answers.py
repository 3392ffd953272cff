"""Back offices of a draft: what they answer was typed by whoever tries it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping

from ivr.backoffice import FIRST, Attempt, BackOffice, BackOfficeError
from ivr.engine.services import Services

Answers = Mapping[str, Mapping[str, str] | None]  # by service; None: it fails
Asked = Callable[[str, str], Awaitable[None]]  # service, what came of it


class TypedBackOffice:
    """Asks `real` for services of the demo only: another one might write down an order that nobody gave."""

    def __init__(self, services: Services, real: BackOffice, asked: Asked) -> None:
        self.answers: Answers = {}
        self._services, self._real, self._asked = services, real, asked

    async def ask(
        self, service: str, arguments: Mapping[str, str], within: float, attempt: Attempt = FIRST
    ) -> Mapping[str, str]:
        try:
            found = await self._ask(service, arguments, within, attempt)
        except BackOfficeError as error:
            await self._asked(service, str(error))
            raise
        await self._asked(service, ", ".join(f"{name} {value}" for name, value in found.items()) or "nothing")
        return found

    async def _ask(
        self, service: str, arguments: Mapping[str, str], within: float, attempt: Attempt
    ) -> Mapping[str, str]:
        if service in self.answers:
            typed = self.answers[service]
            if typed is None:
                raise BackOfficeError("it fails, as was typed")
            return {name: value for name, value in typed.items() if value}
        spec = self._services.get(service)
        if spec is None or not spec.is_demo:
            raise BackOfficeError("not asked in a try; type what it would answer, below")
        return await self._real.ask(service, arguments, within, attempt)
