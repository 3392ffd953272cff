"""The pages in a real Chromium, where nothing may go wrong in the console either."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.async_api import Page, expect

from context_bridge.records import OutboxRow
from ivr.engine.events import Input
from tests.web.desk import Desk
from tests.web.people import Person
from tests.web.pop import POP
from tests.web.talk import LINK, TOLD, WELCOME


async def chatting(customer: Person) -> Page:
    page = await customer.open("/chat")
    await page.get_by_role("button", name="Start chat").click()
    await expect(page.locator("#options button").first).to_be_visible()
    return page


async def test_the_chat_by_keyboard_alone_from_link_to_goodbye(person: Any, desk: Desk) -> None:
    page = await (await person()).open(f"/l/{LINK}")
    await page.keyboard.press("Tab")
    await page.keyboard.press("Enter")
    await expect(page.get_by_text(WELCOME)).to_be_visible()
    await expect(page.get_by_label("Your message")).to_be_focused()
    await page.keyboard.type("track")
    await page.keyboard.press("Enter")
    await expect(page.get_by_text(TOLD)).to_have_attribute("lang", "de-DE")
    await expect(page.locator("#options")).to_have_attribute("lang", "de-DE")
    await page.keyboard.press("Shift+Tab")
    await expect(page.get_by_role("button", name="That is all")).to_be_focused()
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("heading", name="That is all for now")).to_be_visible()
    await expect(page.get_by_role("button", name="Start a new chat")).to_be_focused()
    await page.keyboard.press("Enter")
    await expect(page.get_by_text(WELCOME)).to_be_visible()


async def test_a_double_click_answers_once_and_a_reload_keeps_all(person: Any, desk: Desk) -> None:
    page = await chatting(await person(scheme="dark", width=360))
    await page.get_by_role("button", name="Track an order").dblclick()
    await expect(page.get_by_text(TOLD)).to_be_visible()
    await page.reload()
    await expect(page.get_by_text(TOLD)).to_have_attribute("lang", "de-DE")
    await expect(page.locator("#log p")).to_have_count(3)
    await expect(page.get_by_role("button", name="Talk to a person")).to_be_visible()
    assert len([event for event in desk.driver.events if isinstance(event, Input)]) == 1


async def test_what_is_written_without_a_connection_is_kept_and_sent_once(person: Any, desk: Desk) -> None:
    customer = await person()
    page = await chatting(customer)
    await customer.context.set_offline(True)
    await page.get_by_label("Your message").fill("track")
    await page.keyboard.press("Enter")
    await expect(page.get_by_text("No connection")).to_be_visible()
    await customer.context.set_offline(False)
    await expect(page.get_by_text(TOLD)).to_be_visible()
    await expect(page.get_by_text("No connection")).to_be_hidden()
    assert len([event for event in desk.driver.events if isinstance(event, Input)]) == 1
    customer.wrong = [wrong for wrong in customer.wrong if "ERR_INTERNET_DISCONNECTED" not in wrong]


async def test_text_that_is_too_long_says_so_and_is_not_lost(person: Any, desk: Desk) -> None:
    page = await chatting(await person())
    await page.get_by_label("Your message").fill("x" * 1200)
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("alert")).to_contain_text("this has 1,200")
    await expect(page.get_by_label("Your message")).to_have_value("x" * 1200)


async def test_a_secret_is_hidden_while_typed_and_after(person: Any, desk: Desk) -> None:
    page = await chatting(await person())
    await page.get_by_role("button", name="Change my PIN").click()
    await expect(page.get_by_label("Your message")).to_have_attribute("type", "password")
    await page.get_by_label("Your message").fill("8153")
    await page.keyboard.press("Enter")
    await expect(page.get_by_text("••••")).to_be_visible()
    assert "8153" not in await page.locator("body").inner_text()
    assert "8153" not in await page.evaluate("JSON.stringify({...sessionStorage, ...localStorage})")


async def test_a_customer_asks_for_a_person_and_the_agent_knows_it_all(person: Any, desk: Desk) -> None:
    agent = await (await person(agent="Ann")).open("/agent")
    await expect(agent.get_by_text("Nobody is waiting")).to_be_visible()
    await expect(agent.locator("#line")).to_be_empty()
    page = await chatting(await person())
    await page.get_by_role("button", name="Talk to a person").click()
    await expect(agent.locator("[aria-live=assertive]")).to_contain_text("Maria Gomez is waiting")
    card = agent.locator("article.pop")
    await expect(card.get_by_role("heading", name="Maria Gomez")).to_be_visible()
    for words in (POP["trust_words"], POP["why"], "do not ask again", "Order number", "Phone: the line was lost"):
        await expect(card.get_by_text(words).first).to_be_visible()
    await agent.get_by_role("button", name="Accept").click()
    await expect(page.get_by_text("Ann is here")).to_be_visible()
    await agent.get_by_label("Your message").fill("Hello Maria")
    await agent.keyboard.press("Enter")
    await expect(page.get_by_text("Hello Maria")).to_be_visible()
    await page.get_by_label("Your message").fill("<img src=x onerror=alert(1)>")
    await page.keyboard.press("Enter")
    await expect(agent.get_by_text("<img src=x onerror=alert(1)>", exact=True)).to_be_visible()
    await agent.reload()
    await expect(agent.locator("#talk-log").get_by_text("Hello Maria")).to_be_visible()
    await agent.get_by_role("button", name="Finish").focus()
    await agent.keyboard.press("Enter")
    await expect(page.get_by_text("Is there anything else?")).to_be_visible()
    await expect(agent.get_by_role("main")).to_be_focused()  # the button is gone
    await expect(agent.get_by_text("Nobody is waiting")).to_be_visible()


async def test_the_second_agent_is_told_and_a_lost_line_is_shown(person: Any, desk: Desk) -> None:
    page = await chatting(await person())
    await page.get_by_role("button", name="Talk to a person").click()
    await expect(page.get_by_text("Waiting for a person")).to_be_visible()
    [contact] = desk.driver.journeys
    second = await person(agent="Bob")
    agent = await second.open(f"/agent?contact={contact}")  # as a telephone opens it
    await expect(agent.get_by_role("heading", name="Maria Gomez")).to_be_visible()
    await desk.driver.join(contact, "Ann")
    await expect(agent.get_by_text("With Ann", exact=True)).to_be_visible()
    body = {"contact": contact, "journey": "j1", "status": "dropped", "agent": "", "channel": "chat"}
    await desk.bus.publish("contact", body)
    await expect(agent.get_by_text("The line was lost. The journey is kept.").last).to_be_visible()


async def test_a_link_of_the_outbox_opens_in_the_demos_chat(person: Any, desk: Desk) -> None:
    demo = await (await person(agent="Ann")).open("/demo")
    await expect(demo.locator("#story [aria-current=step]")).to_have_count(1)
    text = f"Go on here: https://segue.example/l/{LINK}"
    row = OutboxRow("j1:3:0", "j1", "sms", {"to": "+14155550142", "text": text}, 1.0, "sent")
    await desk.bus.publish(
        "outbox", {"key": row.key, "kind": "sms", "to": "+14155550142", "text": text, "state": "sent"}
    )
    await demo.locator("#outbox a").click()
    chat = demo.frame_locator("#chat")
    await chat.get_by_role("button", name="Continue").click()
    await expect(chat.get_by_text(WELCOME)).to_be_visible()
    assert [arrival.link for arrival in desk.driver.arrivals] == [LINK]


NAMELESS = """[...document.querySelectorAll('button, input:not([type=hidden]), iframe')]
  .filter(({ textContent, title, labels, hidden }) => !textContent.trim() && !title && !labels?.length && !hidden)
  .map(({ outerHTML }) => outerHTML)"""


@pytest.mark.parametrize("scheme", ["light", "dark"])
async def test_no_page_is_wider_than_a_telephone_and_all_controls_have_names(person: Any, scheme: str) -> None:
    reader = await person(agent="Ann", scheme=scheme, width=360)
    for path in ("/agent", "/chat", "/outbox", "/login", f"/l/{LINK}", "/demo"):
        page = await reader.open(path)
        assert await page.evaluate("document.documentElement.scrollWidth") <= 360, path
        assert await page.evaluate(NAMELESS) == [], path
        assert await page.locator("main").count() == 1, path
        await page.close()
