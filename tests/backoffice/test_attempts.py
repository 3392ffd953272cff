"""What is asked several times has one name in all attempts, so that a back office can do it once."""

from __future__ import annotations

import re
from uuid import UUID

import pytest
from multidict import CIMultiDict

from ivr.backoffice import FIRST, Attempt, BackOfficeError
from tests.backoffice.shop import Shop, asking, says
from tests.backoffice.test_asking import WITHIN, hangs_up, here, services

__all__ = ["here"]
NAME, ORDER = "Idempotency-Key", {"order": "17"}
DONE = says({"status": "done"})


async def headers(here: Shop, fields: str, *attempts: Attempt) -> list[CIMultiDict[str]]:
    """Of the requests that these attempts make."""
    here.will(DONE)
    async with asking(services(here, f"answer: [status], {fields}")) as office:
        for attempt in attempts:
            await office.ask("it", ORDER, WITHIN, attempt)
    return [CIMultiDict(asked.headers) for asked in here.asked]


@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE"])
async def test_attempts_at_the_same_have_the_same_name(here: Shop, method: str) -> None:
    one, again, other = await headers(
        here, f"method: {method}", Attempt("j:1:pay"), Attempt("j:1:pay", again=True), Attempt("j:2:pay")
    )
    assert one[NAME] == again[NAME] != other[NAME]
    quoted = re.fullmatch(r'"([0-9a-f-]{36})"', one[NAME])  # as the draft has it: a String of structured headers
    assert quoted
    assert UUID(quoted[1])


async def test_who_asks_what_is_gives_it_no_name(here: Shop) -> None:
    found = await headers(here, "method: GET", Attempt("j:1:look"))
    assert NAME not in found[0]


@pytest.mark.parametrize(("key", "name"), [("X-Request-Id", "X-Request-Id"), (NAME, NAME)])
async def test_a_header_that_the_file_names_has_the_key_alone(here: Shop, key: str, name: str) -> None:
    [found] = await headers(here, f"method: POST, idempotency_key: {key}", Attempt("j:1:pay"))
    assert UUID(found[name])
    assert (NAME in found) == (name == NAME)


async def test_a_service_that_wants_no_names_gets_none(here: Shop) -> None:
    [found, nameless] = await headers(here, "method: POST, idempotency_key: no", Attempt("j:1:pay"), FIRST)
    assert found == nameless
    assert not re.search(r"[0-9a-f]{8}-", str(found))


async def test_a_retry_has_the_name_of_the_first_try(here: Shop) -> None:
    here.will(hangs_up, DONE)
    async with asking(services(here, "method: POST, answer: [status], retries: 1, idempotent: yes")) as office:
        await office.ask("it", ORDER, WITHIN, Attempt("j:1:pay"))
    first, second = here.asked
    assert first.headers[NAME] == second.headers[NAME]


async def test_an_attempt_while_the_first_is_under_way_waits_for_its_answer(here: Shop) -> None:
    here.will(says({}, 409), says({}, 409), DONE)
    async with asking(services(here, "method: POST, answer: [status]")) as office:
        assert await office.ask("it", ORDER, WITHIN, Attempt("j:1:pay", again=True)) == {"status": "done"}
    assert len(here.asked) == 3


@pytest.mark.parametrize(
    ("fields", "attempt"), [("", Attempt("j:1:pay")), ("idempotency_key: no, ", Attempt("j:1:pay", again=True))]
)
async def test_a_conflict_of_another_kind_fails_at_once(here: Shop, fields: str, attempt: Attempt) -> None:
    here.will(says({}, 409), DONE)
    async with asking(services(here, f"{fields}method: POST, answer: [status]")) as office:
        with pytest.raises(BackOfficeError, match="status 409"):
            await office.ask("it", ORDER, WITHIN, attempt)
    assert len(here.asked) == 1
