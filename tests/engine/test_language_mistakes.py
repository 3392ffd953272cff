"""Mistakes of menus in several languages, each told once at its place."""

from __future__ import annotations

import pytest

from ivr.engine.loader import MenuMistakes, load

SMALL = """
menu: small
languages: [en-US, de-DE]
start: a
slots:
  size: {{type: choice, choices: [{{en: small, de: klein}}, {{en: big, de: groß}}]}}
steps:
  a:
    say: {words}
    next: b
  b:
    ask:
      slot: size
      prompt: {{en: Which size?, de: Welche Größe?}}
      exhausted: c
    next: c
  c:
    end: {{en: Bye, de: Tschüss}}
"""


@pytest.mark.parametrize(
    ("words", "line", "told"),
    [
        ("Hello.", 9, "say: this is in one language, the menu speaks en-US, de-DE; write {en-US: …, de-DE: …}"),
        ("{en: Hello.}", 9, "say: the wording in de-DE is missing; write de-DE: and the words"),
        ("{en: Hello., de: }", 9, "say: the wording in de-DE is missing; write de-DE: and the words"),
        (
            "{en: Hello., de: Hallo., fr: Salut.}",
            9,
            'say: "fr" is no language of this file; known here: en-US, de-DE; or add it to languages',
        ),
        ("{en: Hello., de: Hallo., voice: Hey.}", 9, 'say: "voice" is no language of this file; known here'),
        (
            "{en: Well, come in., de: Hallo.}",
            9,
            'say: "come in." seems cut off: inside { }, a comma ends a text; put the sentence that it belongs to in',
        ),
        ("{voice: {en: Hello.}, text: {en: Hi., de: Hallo.}}", 9, "voice: the wording in de-DE is missing"),
        ("{en: Hello., de: {voice: Hallo.}, de-DE: 'Hallo, {nam}'}", 9, 'slot "nam" is not declared'),
        ("{en: {voice: Hi., audio: hi.wav}, de: {voice: Hallo., autio: x.wav}}", 9, '"autio" is no key of say'),
    ],
)
def test_mistakes_in_languages_are_told_once_with_their_place(words: str, line: int, told: str) -> None:
    with pytest.raises(MenuMistakes) as caught:
        load(SMALL.format(words=words), "small.yaml")
    (mistake,) = caught.value.mistakes
    assert mistake.line == line
    assert told in str(mistake)


def test_a_misspelt_language_is_told_once_and_not_at_each_of_its_wordings() -> None:
    text = SMALL.format(words="{en: Hello., de: Hallo.}").replace("de-DE]", "ge-DE]")
    with pytest.raises(MenuMistakes) as caught:
        load(text + "always: [{key: 8, say: [x], language: de}]\n", "small.yaml")
    (mistake,) = caught.value.mistakes
    assert (mistake.line, mistake.problem) == (3, 'languages: "ge-DE" is no language that we know')


def test_a_key_that_is_taken_is_told_once_and_not_in_each_language() -> None:
    choices = "[{key: 1, label: {en: a, de: b}, goto: c}, {key: 1, label: {en: x, de: y}, goto: c}]"
    menu = f"  b:\n    menu: {{prompt: {{en: Hi., de: Hallo.}}, choices: {choices}, exhausted: c}}\n  c:\n"
    text = SMALL.format(words="{en: Hello., de: Hallo.}")
    begin, end = text.index("  b:\n"), text.index("  c:\n")
    text = (text[:begin] + menu + text[end + 5 :]).replace(text[text.index("slots:") : text.index("steps:")], "")
    with pytest.raises(MenuMistakes) as caught:
        load(text, "small.yaml")
    assert [mistake.problem for mistake in caught.value.mistakes] == ['key 1 is taken by "a"']


@pytest.mark.parametrize("words", ["'{size}'", "'42 %'", "{en: Hi., de: Hallo.}", "{en-US: Hi., de-DE: Hallo.}"])
def test_what_has_no_words_needs_no_languages(words: str) -> None:
    assert load(SMALL.format(words=words), "small.yaml").languages == ("en-US", "de-DE")


@pytest.mark.parametrize(
    ("top", "told"),
    [
        ("languages: [en-US, xx-YY]", '"xx-YY" is no language that we know; write it as en-US, de-DE or en'),
        ("languages: [English]", '"English" is not a language tag'),
        ("languages: [en-US]\nlanguage: de-DE", "language and languages mean the same; keep one of the two"),
        ("language: en-US\ncurrency: euro", '"euro" is not a currency; write its code of three letters, such as EUR'),
        ("language: en-US\nalways: [{key: 8, say: [x], language: fr}]", '"fr" is no language of this menu'),
    ],
)
def test_mistakes_at_the_top(top: str, told: str) -> None:
    with pytest.raises(MenuMistakes, match="small") as caught:
        load(f"menu: small\n{top}\nstart: a\nsteps:\n  a: {{end: Bye}}\n", "small.yaml")
    assert any(told in str(mistake) for mistake in caught.value.mistakes)
