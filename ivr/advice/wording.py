"""Rules on how a menu speaks: short, function before key, without blame, and in words for the ear."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Final

from ivr.advice.hearing import MARK, seconds
from ivr.advice.rule import Finding, rule
from ivr.advice.view import Heard, View
from ivr.engine.loader.check import OURS
from ivr.engine.steps import Menu, Template

IN_BRACES: Final = re.compile(r"\{\s*([\w.]+)\s*\}")
LONGEST_PROMPT: Final = 20.0  # seconds
LONGEST_MENU: Final = 30.0  # with all its options
READ_OUT: Final = "To , press one."  # what the renderer puts around a label

KEY: Final = {
    "en": r"(?:the\s+)?(?:\d|[*#]|one|two|three|four|five|six|seven|eight|nine|zero|star|pound|hash)\b",
    "de": r"(?:die\s+)?(?:\d|[*#]|eins|zwei|drei|vier|fünf|sechs|sieben|acht|neun|null|stern|raute)\b",
    "es": r"(?:el\s+)?(?:\d|[*#]|uno|dos|tres|cuatro|cinco|seis|siete|ocho|nueve|cero)\b",
    "fr": r"(?:le\s+|sur\s+le\s+)?(?:\d|[*#]|un|deux|trois|quatre|cinq|six|sept|huit|neuf|zéro)\b",
}
PRESS: Final = {
    "en": rf"\b(?:press|dial|hit|push|select)\s+{KEY['en']}",
    "de": rf"\b(?:drücken|wählen|tippen)\s+sie\s+(?:bitte\s+)?{KEY['de']}",
    "es": rf"\b(?:pulse|marque|presione|oprima)\s+{KEY['es']}",
    "fr": rf"\b(?:tapez|appuyez|composez)\s+{KEY['fr']}",
}
FOR: Final = {"en": r"(?:to|for|if)\b", "de": r"(?:für|um|wenn)\b", "es": r"(?:para|si)\b", "fr": r"(?:pour|si)\b"}
BLAME: Final = {
    "en": r"\b(?:invalid|illegal|incorrect|you must|you failed|you did not|you didn't|your mistake|error"
    r"|wrong (?:key|number|code|pin|answer|entry|choice|button))\b",
    "de": r"\b(?:ungültig\w*|falsch\w*|fehlerhaft\w*|sie müssen|sie haben nicht|ihr fehler|unzulässig\w*)\b",
    "es": r"\b(?:inválid\w+|incorrect\w+|erróne\w+|usted debe|debe usted|no ha \w+ correctamente)\b",
    "fr": r"\b(?:invalide\w*|incorrect\w*|erroné\w*|vous devez|vous n'avez pas|votre erreur)\b",
}
FOR_EYES: Final = {
    "en": r"https?://|\bwww\.|\b(?:click|tap|scroll|see below)\b",
    "de": r"https?://|\bwww\.|\b(?:klicken|tippen sie auf|siehe unten)\b",
    "es": r"https?://|\bwww\.|\b(?:haga clic|vea abajo)\b",
    "fr": r"https?://|\bwww\.|\b(?:cliquez|ci-dessous)\b",
}
FOR_EARS: Final = {
    "en": r"\b(?:key in|(?:pound|hash|star) key|after the (?:tone|beep)|touch-?tone)\b",
    "de": r"\b(?:rautetaste|sterntaste|nach dem (?:ton|signal)|tastenfeld)\b",
    "es": r"\b(?:tecla|después (?:del tono|de la señal))\b",
    "fr": r"\b(?:touche|après le (?:bip|signal))\b",
}


def _search(patterns: Mapping[str, str], view: View, text: str) -> str | None:
    pattern = patterns.get(view.flow.language.partition("-")[0])
    found = re.search(pattern, text, re.IGNORECASE) if pattern else None
    return found[0] if found else None


def _plain(template: Template) -> str:
    return MARK.sub(" ", "".join(part if isinstance(part, str) else "…" for part in template))


def _at(view: View, heard: Heard, channel: str) -> tuple[str | int, ...]:
    """Where this wording stands; languages may be written by their tag or by the language alone."""
    return (*heard.path, view.flow.language, view.flow.language.partition("-")[0], channel)


def _voices(view: View) -> Iterator[tuple[Heard, str]]:
    for heard in view.prompts if view.voice else ():
        yield heard, _plain(heard.prompt.voice)


@rule(
    "V03",
    "The function before the key",
    reason="callers listen for what they want and only then for the key; told first, it is forgotten again",
    remedy="write: for opening hours, press 2",
    source="Avaya: “for X, press 1”",
    by_words=True,
)
def key_first(view: View) -> Iterator[Finding]:
    patterns = {language: rf"{press},?\s+{FOR[language]}" for language, press in PRESS.items()}
    for heard, text in _voices(view):
        if found := _search(patterns, view, text):
            yield Finding(heard.step, _at(view, heard, "voice"), f"“{found}” names the key first")


@rule(
    "V04",
    "Keys are read out once",
    reason="labels are said with their keys after the prompt of a menu; keys in the prompt are heard twice",
    remedy="leave the keys out of the prompt, and let the labels say what can be done",
    source="house rule; see docs/menus.md, menu",
    by_words=True,
)
def keys_in_prompt(view: View) -> Iterator[Finding]:
    for heard, text in _voices(view):
        is_prompt = heard.path == ("menu", "prompt") and isinstance(view.flow.steps.get(heard.step or ""), Menu)
        if is_prompt and (found := _search(PRESS, view, text)):
            yield Finding(heard.step, _at(view, heard, "voice"), f"“{found}” is in the prompt of a menu")


@rule(
    "V11",
    "Short enough to hear",
    reason="nobody keeps in mind what takes longer; at the end callers have forgotten the beginning",
    remedy="say less, or say it in two steps with a question between them",
    source="Avaya; AVIxD; words a minute by language, see ivr/advice/hearing.py",
    by_words=True,
)
def too_long(view: View) -> Iterator[Finding]:
    for heard in view.prompts if view.voice else ():
        length = seconds(view.flow, heard.prompt.voice)
        if length > LONGEST_PROMPT:
            yield Finding(heard.step, _at(view, heard, "voice"), f"takes about {length:.0f} s to hear")
    for name, menu in view.menus.items() if view.voice else ():
        read = sum(seconds(view.flow, (f"{READ_OUT} {choice.label}",)) for choice in menu.choices)
        length = seconds(view.flow, menu.prompt.voice) + read
        if length > LONGEST_MENU:
            yield Finding(name, ("menu",), f"takes about {length:.0f} s to hear with all its options")


@rule(
    "V12",
    "No blame",
    reason="it was the menu that did not understand; who is told off hangs up",
    remedy="say what helps: An order number has six digits.",
    source="Avaya; ISO 9241-154 (error tolerance)",
    by_words=True,
)
def blames(view: View) -> Iterator[Finding]:
    for heard in view.prompts:
        for channel, template in (("voice", heard.prompt.voice), ("text", heard.prompt.text)):
            if found := _search(BLAME, view, _plain(template)):
                yield Finding(heard.step, _at(view, heard, channel), f"“{found}” blames the customer")
                break


@rule(
    "V23",
    "Words that fit the channel",
    reason="by phone nothing can be clicked, in a chat nothing can be keyed in",
    remedy="write two wordings: {voice: …, text: …}",
    source="house rule",
    by_words=True,
)
def wrong_channel(view: View) -> Iterator[Finding]:
    for heard, text in _voices(view):
        if found := _search(FOR_EYES, view, text):
            yield Finding(heard.step, _at(view, heard, "voice"), f"“{found}” is said by phone")
    for heard in view.prompts if view.text else ():
        if found := _search(FOR_EARS, view, _plain(heard.prompt.text)):
            yield Finding(heard.step, _at(view, heard, "text"), f"“{found}” is written in a chat")


@rule(
    "V27",
    "Values, not their names",
    reason="two braces are one brace that is said as it stands; customers and back offices get the name in braces",
    remedy="write {name} with one brace on each side",
    source="docs/menus.md, prompts and templates",
    by_words=True,
)
def braces(view: View) -> Iterator[Finding]:
    """`{{ name }}`, as Liquid, Jinja and Twilio Studio write it."""
    seen = set()
    for step, path, template in view.templates():
        names = (match[1] for part in template if isinstance(part, str) for match in IN_BRACES.finditer(part))
        for name in (name for name in names if name in view.flow.slots or name in OURS):
            if (step, path, name) not in seen:
                seen.add((step, path, name))
                problem = f"“{{{{{name}}}}}” stands for itself, not for the value"
                yield Finding(step, (*path, view.flow.language), problem)


@rule(
    "V25",
    "Said in the caller's language",
    reason="until it is translated it is said in the menu's first language, by the voice of that",
    remedy="write the translation into the file of words",
    source="docs/menus.md, words in files of their own",
    by_words=True,
)
def untranslated(view: View) -> Iterator[Finding]:
    for gap in view.flow.gaps:
        yield Finding(gap.step, (), gap.problem, gap.remedy, (gap.file, gap.line, gap.column))
