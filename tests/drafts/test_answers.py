"""Back offices of a draft: a real one is never asked."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from ivr.backoffice import FIRST, Attempt, BackOfficeError
from ivr.drafts.answers import TypedBackOffice
from ivr.engine.loader import load_services

SERVICES = """
allow: [bank.example]
services:
  cards.block: {url: "https://bank.example/{card}", method: POST, timeout: 3s, answer: [ok]}
  orders.status: {url: "demo:/orders/{order}", method: GET, timeout: 3s, answer: [status]}
"""


class Real:
    def __init__(self) -> None:
        self.asked: list[str] = []

    async def ask(
        self, service: str, arguments: Mapping[str, str], within: float, attempt: Attempt = FIRST
    ) -> Mapping[str, str]:
        self.asked.append(service)
        return {"status": "on its way"}


def office() -> tuple[TypedBackOffice, Real, list[tuple[str, str]]]:
    real, told = Real(), []

    async def asked(service: str, outcome: str) -> None:
        told.append((service, outcome))

    return TypedBackOffice(load_services(SERVICES, "services.yaml"), real, asked), real, told


async def test_only_the_demos_back_office_is_asked() -> None:
    draft, real, told = office()
    assert await draft.ask("orders.status", {"order": "4217"}, 3.0) == {"status": "on its way"}
    with pytest.raises(BackOfficeError, match="not asked in a try"):
        await draft.ask("cards.block", {"card": "1"}, 3.0)
    assert real.asked == ["orders.status"]
    assert [service for service, _ in told] == ["orders.status", "cards.block"]


async def test_what_was_typed_is_answered_and_nothing_typed_is_no_value() -> None:
    draft, real, _ = office()
    draft.answers = {"cards.block": {"ok": "yes", "why": ""}, "orders.status": None}
    assert await draft.ask("cards.block", {"card": "1"}, 3.0) == {"ok": "yes"}
    with pytest.raises(BackOfficeError, match="fails"):
        await draft.ask("orders.status", {"order": "4217"}, 3.0)
    assert real.asked == []
