"""The studio shows where callers stand and were lost, and plays a draft that touches none of them."""

from __future__ import annotations

from playwright.async_api import expect

from ivr.server import Segue
from tests.web.studio_site import Ops, come, go, picture


async def test_live_callers_stand_at_their_steps_without_a_reload(alice: Ops, segue: Segue) -> None:
    page = await alice.open()
    await expect(page.locator("g.live")).to_have_count(0)
    await come(segue, "1")
    badge = page.locator("g.node[data-step=welcome] g.live")
    await expect(badge).to_have_text("1")
    await expect(page.get_by_role("button", name="1 caller now")).to_be_visible()
    await go(segue, "1", "dropped")
    await expect(page.locator("g.live")).to_have_count(0)


async def test_traffic_colours_the_steps_and_says_where_customers_were_lost(alice: Ops, segue: Segue) -> None:
    for contact in ("2", "3", "4", "5"):
        await come(segue, contact, "track", "4217")
    for contact in ("6", "7"):
        await come(segue, contact, "track", "what", "what", "what")
    await come(segue, "8", "hours")
    await go(segue, "3", "dropped")
    await go(segue, "8", "caller")
    page = await alice.open()
    await page.get_by_label("Traffic, 7 days").check()
    told = {
        step: page.locator(f"g.node[data-step={step}] .traffic")
        for step in ("welcome", "order", "anything_else", "what_next", "nobody")
    }
    await expect(told["welcome"]).to_have_text("7×")
    await expect(told["order"]).to_contain_text("2 not understood (33 %)")
    await expect(told["anything_else"]).to_contain_text("1 hung up (100 %)")
    await expect(told["what_next"]).to_contain_text("1 dropped")
    await expect(told["nobody"]).to_have_count(0)
    await page.get_by_role("button", name="Show all of it").click()
    await picture(page, "traffic")


async def test_a_dropped_line_comes_back_in_the_draft_and_no_customer_is_touched(alice: Ops, segue: Segue) -> None:
    page = await alice.open()
    await page.get_by_role("button", name="Try it").click()
    await page.get_by_role("button", name="Start", exact=True).click()
    await page.get_by_role("button", name="Track an order").click()
    await page.get_by_label("Your message").fill("4217")
    await page.keyboard.press("Enter")
    log = page.get_by_role("log")
    await expect(log).to_contain_text("What would you like to do now?")
    await page.get_by_role("button", name="Get a text message with a link").click()
    await expect(page.get_by_label("What happened beside")).to_contain_text("not sent")
    await page.get_by_role("button", name="Drop the line").click()
    await page.get_by_role("button", name="Come back").click()
    await expect(log).to_contain_text("We were cut off.")
    await page.get_by_role("button", name="Open its link").click()
    await expect(page.get_by_role("log")).to_contain_text("What would you like to do now?")
    assert await segue.store.recent(10) == []
    assert await segue.store.outbox(10) == []


async def test_the_edited_menu_is_played_by_web_phone(alice: Ops, segue: Segue) -> None:
    page = await alice.open()
    await alice.write("Welcome to Acme support.", "Hello from the draft.")
    await expect(page.get_by_label("Problems")).to_contain_text("Not published yet")
    await page.get_by_role("button", name="Try it").click()
    await page.get_by_label("Phone").check()
    await page.get_by_role("button", name="Start", exact=True).click()
    said = page.get_by_role("log")
    await expect(said).to_contain_text("Hello from the draft.")
    await page.get_by_role("button", name="2 hear our opening hours").click()
    await expect(said).to_contain_text("Is there anything else?")
    await expect(page.locator("g.node.now")).to_have_attribute("data-step", "anything_else")
    await page.get_by_role("button", name="Drop the line").click()
    await page.get_by_role("button", name="Call again").click()
    await expect(said).to_contain_text("We were cut off.")
    assert await segue.store.recent(10) == []
