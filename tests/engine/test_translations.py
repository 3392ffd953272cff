"""Words in files of their own: `words/shop.de.yaml` is what `shop.yaml` says in German."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pytest

from ivr.advice import Advice, advise
from ivr.cli import main
from ivr.engine.actions import Say
from ivr.engine.events import Input
from ivr.engine.flow import Flow
from ivr.engine.loader import MenuMistakes, load
from ivr.flows import parts_in, read_folder, survey_folder
from tests.engine.flows import Talk

SHOP = """\
menu: shop
start: welcome
exhausted: bye
languages: [en-US, de-DE]
slots:
  number: {type: digits, length: 4, title: your order number}
always:
  - {key: 8, label: Deutsch, say: [german], language: de-DE, do: repeat}
steps:
  welcome:
    menu:
      prompt: {voice: Welcome to the shop., text: Welcome.}
      choices:
        - {key: 1, label: track an order, say: [track, delivery], goto: order}
        - {key: 2, label: {en: the end, de: Schluss}, goto: bye}
  order:
    ask: {slot: number, prompt: What is your number?, no_match: [Four digits., Once more.]}
    next: help
  help:
    article: {show: cable}
    helped: bye
    not_helped: bye
  bye:
    end: "Order {number:digits}: goodbye."
"""
CABLE = "article: cable\ntitle: The cable\ntext: Look at the cable.\n"
GERMAN = """\
your order number: Ihre Bestellnummer
Welcome to the shop.: Willkommen im Laden.
Welcome.: Willkommen.
track an order: eine Bestellung verfolgen
track: [verfolgen, wo ist mein Paket]
What is your number?: Wie ist Ihre Nummer?
Four digits.: Vier Ziffern.
Once more.: Noch einmal.
"Order {number:digits}: goodbye.": "Bestellung {number:digits}: auf Wiederhören."
"""
WORDS = {
    "words/shop.de.yaml": GERMAN,
    "words/cable.de.yaml": "The cable: Das Kabel\nLook at the cable.: Prüfen Sie das Kabel.\n",
    "articles/cable.yaml": CABLE,
}


def shop(menu: str = SHOP, **changed: str) -> Flow:
    parts = {**WORDS, **{f"words/{name}.de.yaml": text for name, text in changed.items()}}
    return load(menu, "shop.yaml", parts=parts)


def told(menu: str = SHOP, parts: Mapping[str, str] = WORDS) -> list[str]:
    with pytest.raises(MenuMistakes) as refused:
        load(menu, "shop.yaml", parts=parts)
    return [str(mistake) for mistake in refused.value.mistakes]


def gaps(flow: Flow) -> list[Advice]:
    return [advice for advice in advise(flow) if advice.rule == "V25"]


def test_a_call_goes_on_in_the_words_of_the_other_file() -> None:
    talk = Talk(shop())
    assert talk.arrive().said[0] == "Welcome to the shop."
    assert talk.press("8").said[0] == "Willkommen im Laden."
    assert talk.send(Input, text="wo ist mein Paket", mode="speech").said == ["Wie ist Ihre Nummer?"]
    assert talk.press("99").said[0] == "Vier Ziffern."
    assert talk.press("4217").said[0].startswith("Prüfen Sie das Kabel.")
    assert "auf Wiederhören" in talk.press("1").said[0]


def test_the_words_belong_to_the_version() -> None:
    flow = shop()
    assert {"words/shop.de.yaml", "words/cable.de.yaml"} < flow.parts.keys()
    assert shop(shop=GERMAN.replace("Willkommen.", "Guten Tag.")).version != flow.version


def test_what_is_not_translated_is_said_in_the_first_language_and_advised() -> None:
    flow = shop(shop=GERMAN.replace("Once more.: Noch einmal.\n", ""))
    assert [(one.file, one.line, one.step) for one in gaps(flow)] == [("shop.yaml", 17, "order")]
    talk = Talk(flow)
    talk.arrive().press("8").press("1").press("99").press("98")
    say = next(action for action in talk.actions if isinstance(action, Say))
    assert (say.text, say.language) == ("Once more.", "en-US")
    assert [say.language for say in talk.actions[1:] if isinstance(say, Say)] == ["de-DE"]


def test_what_was_changed_in_the_menu_alone_is_advised_in_both_files() -> None:
    told = gaps(shop(SHOP.replace("What is your number?", "Which number?")))
    assert [(one.file, one.line) for one in told] == [("shop.yaml", 17), ("words/shop.de.yaml", 6)]
    assert "add it to words/shop.de.yaml" in told[0].remedy
    assert told[1].problem.startswith('"What is your number?" stands nowhere')


def test_a_language_without_a_file_is_a_mistake() -> None:
    parts = {name: text for name, text in WORDS.items() if name != "words/shop.de.yaml"}
    assert any("this is in one language, the menu speaks en-US, de-DE" in line for line in told(parts=parts))


def test_mistakes_of_a_translation_are_told_where_it_stands() -> None:
    parts = {**WORDS, "words/shop.de.yaml": GERMAN.replace("{number:digits}: auf", "{nummer:digits}: auf")}
    (mistake,) = told(parts=parts)
    assert mistake.startswith("words/shop.de.yaml:9:")
    assert 'did you mean "number"?' in mistake


def test_an_article_has_words_of_its_own() -> None:
    (advice,) = gaps(shop(cable="The cable: Das Kabel\n"))
    assert (advice.file, advice.line) == ("articles/cable.yaml", 3)
    assert advice.problem == "text: the wording in de-DE is missing"


@pytest.mark.parametrize("broken", ["- a list\n", "a: {b: c}\n", "a:\n", "a: ['\n"])
def test_what_is_no_translation_is_refused(broken: str) -> None:
    assert any(line.startswith("words/shop.de.yaml:") for line in told(parts={**WORDS, "words/shop.de.yaml": broken}))


def write(folder: Path, menu: str = SHOP, parts: Mapping[str, str] = WORDS) -> None:
    for name, text in {"shop.yaml": menu, **parts}.items():
        (folder / name).parent.mkdir(exist_ok=True)
        (folder / name).write_text(text)


def test_a_folder_is_read_with_its_words(tmp_path: Path) -> None:
    write(tmp_path)
    flows, _ = read_folder(tmp_path)
    assert flows["shop"].parts == parts_in(tmp_path)


def test_words_that_belong_to_nothing_are_told(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write(tmp_path)
    (tmp_path / "words" / "shpo.fr.yaml").write_text("Hello.: Bonjour.\n")
    (mistake,) = survey_folder(tmp_path).mistakes
    assert 'called "shpo" speaks "fr"' in str(mistake)
    assert main(["check", str(tmp_path)]) == 1
    assert "words/shpo.fr.yaml:1:1" in capsys.readouterr().out
