"""Knowledge articles and surveys: what customers hear and read, and what agents learn of it."""

from __future__ import annotations

import pytest

from ivr.engine.actions import Hangup, Record
from ivr.engine.flow import Flow
from ivr.engine.loader import MenuMistakes, check_part, load
from ivr.engine.render import taken_at
from tests.engine.flows import Talk

SHOP = """\
menu: shop
start: welcome
exhausted: person
languages: [en-US, de-DE]
always:
  - {key: 0, say: {en: agent, de: mensch}, goto: person}
steps:
  welcome:
    menu:
      prompt: {en: Hello., de: Hallo.}
      choices:
        - {key: 1, label: {en: a laptop that does not start, de: ein Laptop der nicht startet}, goto: battery}
  battery:
    article: {show: battery_reset}
    helped: rate
    not_helped: screen
  screen:
    article: {show: battery_reset, prompt: {en: And now?, de: Und jetzt?}, tries: 1}
    helped: rate
    not_helped: person
  person:
    handoff: {queue: q, whisper: "{journey.summary}"}
    unavailable: rate
    done: rate
  rate:
    survey: {rate: csat, comment: remark, voice: record}
    next: bye
  bye:
    end: {en: Bye., de: Ende.}
"""
ARTICLE = """\
article: battery_reset
languages: [en-US, de-DE, fr-FR]
title: {en: Reset the battery, de: Akku zurücksetzen, fr: Batterie}
voice: {en: Hold the power key., de: Taste halten., fr: Appuyez.}
text: {en: Hold the power key for 30 seconds., de: Taste 30 Sekunden halten., fr: Appuyez 30 secondes.}
link: https://example.com/battery
"""


def shop(menu: str = SHOP, article: str = ARTICLE) -> Flow:
    return load(menu, "shop.yaml", parts={"articles/battery_reset.yaml": article})


def told(menu: str = SHOP, article: str = ARTICLE) -> list[str]:
    with pytest.raises(MenuMistakes) as refused:
        shop(menu, article)
    return str(refused.value).splitlines()


def test_ears_get_the_short_wording_and_yes_or_no_by_key() -> None:
    talk = Talk(shop()).arrive().press("1")
    assert talk.said == ["Hold the power key. Did that help?", "Press 1 for yes, 2 for no."]
    assert talk.collect.timeout == 30


def test_eyes_get_the_long_wording_the_link_and_two_buttons() -> None:
    talk = Talk(shop()).arrive("chat-1", "chat").press("1")
    assert talk.said == ["Hold the power key for 30 seconds.\nhttps://example.com/battery\n\nDid that help?"]
    assert [option.label for option in talk.collect.options] == ["Yes", "No"]


def test_an_article_speaks_the_language_of_the_journey() -> None:
    talk = Talk(shop().others["de-DE"]).arrive().press("1")
    assert talk.said[0] == "Taste halten. Hat das geholfen?"


def test_agents_see_what_was_tried_in_vain_whatever_language_it_was_in() -> None:
    flow = shop()
    talk = Talk(flow).arrive().press("1").press("2").press("2")
    assert talk.enqueue.why == "Chose a laptop that does not start; tried: Reset the battery."
    assert [taken_at(flow, visit) for visit in talk.journey.path][1] == "Reset the battery: no"
    assert talk.enqueue.whisper == talk.enqueue.why


def test_what_helped_was_not_in_vain() -> None:
    talk = Talk(shop()).arrive().press("1").press("1").press("0")
    assert "tried" not in talk.enqueue.why


def test_who_stays_silent_goes_on_as_if_it_had_not_helped() -> None:
    talk = Talk(shop()).arrive().press("1").silence().silence()
    assert talk.journey.step == "battery"
    assert talk.silence().journey.step == "screen"
    assert talk.silence().journey.step == "person"


def test_an_article_is_a_part_of_the_version() -> None:
    assert shop().version != shop(article=ARTICLE.replace("30 seconds", "20 seconds")).version
    assert shop().articles == {"battery_reset": "Reset the battery"}


@pytest.mark.parametrize(
    ("before", "after", "mistake"),
    [
        (
            "article: battery_reset",
            "article: reset",
            "1:10: the article reset is in the file articles/battery_reset.yaml",
        ),
        ("Hold the power key.,", '"Press {key}.",', "4:8: voice: {key} cannot stand in an article"),
        ("https:", "ftp:", '6:7: link: "ftp://example.com/battery" is no address'),
        ("title:", "titel:", '3:1: "titel" is no key of an article'),
        ("[en-US, de-DE, fr-FR]", "[en-US, fr-FR]", "1:1: the menu that uses it speaks de-DE, this article does not"),
    ],
)
def test_mistakes_of_articles_are_told_with_their_file(before: str, after: str, mistake: str) -> None:
    found = told(article=ARTICLE.replace(before, after, 1))
    assert any(line.startswith(f"articles/battery_reset.yaml:{mistake}") for line in found), found


def test_an_article_that_is_not_there_is_the_menus_mistake() -> None:
    found = told(SHOP.replace("show: battery_reset}", "show: battery_rest}"))
    problem = 'there is no article "battery_rest": no file articles/battery_rest.yaml; did you mean "battery_reset"?'
    assert found == [f'shop.yaml:14:21: step "battery": {problem}']


def test_an_article_that_no_menu_uses_is_checked_by_itself() -> None:
    check_part("articles/battery_reset.yaml", {"articles/battery_reset.yaml": ARTICLE})
    with pytest.raises(MenuMistakes, match=r"articles/battery_reset\.yaml:1:1: title is missing"):
        check_part("articles/battery_reset.yaml", {"articles/battery_reset.yaml": "article: battery_reset\ntext: A.\n"})


def rated(channel: str = "voice", menu: str = SHOP) -> Talk:
    talk = Talk(shop(menu)).arrive("c1", channel).press("0")
    return talk.agent_joins("Jo").queue_left("done")


def test_a_survey_after_the_talk_takes_one_key_and_then_a_message() -> None:
    talk = rated()
    assert talk.said == ["How content are you with us, from 1, not at all, to 5, very?"]
    assert talk.collect.keys.max == 0, "one key is the answer: nobody waits for more"
    talk.press("4")
    assert talk.said == ["What could we do better?"]
    assert isinstance(talk.last, Record)
    assert talk.silence().last == Hangup()
    assert talk.journey.slots["csat"].value == "4"


@pytest.mark.parametrize("answer", ["5", "five"])
def test_in_a_chat_it_is_five_buttons_and_then_words(answer: str) -> None:
    talk = rated("chat")
    assert [option.label for option in talk.collect.options] == ["1", "2", "3", "4", "5"]
    talk.write(answer).write("All was well.")
    assert (talk.journey.slots["csat"].value, talk.journey.slots["remark"].value) == ("5", "All was well.")
    assert talk.journey.status == "finished"


@pytest.mark.parametrize("refusal", ["7", "leave me alone", ""])
def test_a_survey_is_put_once_and_never_insisted_upon(refusal: str) -> None:
    talk = rated("chat")
    talk = talk.write(refusal) if refusal else talk.silence()
    assert talk.journey.status == "finished"
    assert talk.said == ["Bye."]


def test_words_by_phone_are_left_out_unless_the_menu_says_record() -> None:
    assert rated(menu=SHOP.replace(", voice: record", "")).press("4").last == Hangup()


def test_a_rating_can_be_tested() -> None:
    menu = (
        SHOP.replace("next: bye", "next: sorry", 1)
        + """\
  sorry:
    branch:
      - {if: {csat: {at_most: 2}}, goto: person}
      - {else: bye}
"""
    )
    assert rated("chat", menu).write("2").write("No.").journey.step == "person"
    assert rated("chat", menu).write("3").write("No.").journey.status == "finished"


def test_a_slot_of_a_rating_is_not_declared_twice() -> None:
    menu = SHOP.replace("steps:", "slots:\n  csat: {type: number}\nsteps:")
    assert any("csat is declared under slots, but a survey makes it" in line for line in told(menu))
