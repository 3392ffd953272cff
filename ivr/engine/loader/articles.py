"""Knowledge articles: a file of `articles/` that a step tells, asking then whether it helped.

An article is the same for everybody, whichever menu tells it: it holds no slots.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

from ivr.engine.loader import languages, source, values, wording
from ivr.engine.loader.draft import NOTHING, Draft
from ivr.engine.loader.mistakes import MenuMistakes, Unfit, did_you_mean, quoted
from ivr.engine.loader.reader import Reader
from ivr.engine.loader.steps import tries
from ivr.engine.steps import HELPED, NOT_HELPED, Choice, Menu, Prompt, Ref
from ivr.engine.words import words_of

FOLDER = "articles/"  # beside the menus
ADDRESS = re.compile(r"https?://[^\s/{}<>]+(/[^\s{}<>]*)?")
PATIENCE = 30.0  # seconds: what an article says is to be done before it is known whether it helped


@dataclass(frozen=True, slots=True)
class Article:
    title: str
    prompt: Prompt


def article(step: Reader) -> Menu:
    """`{show: battery_reset, prompt: Did that help?}`, and beside it `helped` and `not_helped`."""
    helped = step.target("helped", "name the step for when it helped")
    not_helped = step.target("not_helped", "name the step for when it did not, such as the next thing to try")
    with step.inside("article", "name the article: {show: battery_reset}") as shown:
        name = shown.need("show", values.name, "", f"name an article, by its file in {FOLDER} without .yaml")
        question = shown.prompt_or("prompt", wording.helped(step.draft.language))
        limits = tries(shown, not_helped, timeout=PATIENCE)
        found = _found(shown, name) if name else None
    words = words_of(step.draft.language)
    choices = (
        Choice(HELPED, "1", words.yes[0].capitalize(), words.yes, helped),
        Choice(NOT_HELPED, "2", words.no[0].capitalize(), words.no, not_helped),
    )
    step.draft.choices[step.step] = [(choice, step.place("article")) for choice in choices]
    if found:
        step.draft.articles[name] = found.title
        question = _joined(found.prompt, question)
    return Menu(question, choices, limits, name)


def _joined(article: Prompt, question: Prompt) -> Prompt:
    return Prompt((*article.voice, " ", *question.voice), (*article.text, "\n\n", *question.text))


def _found(shown: Reader, name: str) -> Article | None:
    """None: it cannot be had, which is told to whoever must mend it."""
    draft, file = shown.draft, f"{FOLDER}{name}.yaml"
    if file not in draft.parts:
        known = (part.removeprefix(FOLDER).removesuffix(".yaml") for part in draft.parts if part.startswith(FOLDER))
        problem = f"there is no article {quoted(name)}: no file {file}"
        shown.wrong(shown.place("show"), problem, did_you_mean(name, known))
        return None
    draft.used[file] = draft.parts[file]
    try:
        return read(draft.parts[file], draft.for_part(file))
    except MenuMistakes as error:
        draft.mistakes.include(error)
        return None


def read(text: str, draft: Draft) -> Article:
    """An article's file, in the language of `draft`. Raises `MenuMistakes`."""
    with Reader(source.read(text, draft.mistakes), draft, "an article") as top:
        languages.of_part(top, "article")
        article = _read(top)
    draft.read_whole()
    draft.mistakes.raise_if_any()
    return article


def _read(top: Reader) -> Article:
    name = top.need("article", values.name, "", "give the article a name: article: battery_reset")
    top.draft.called(name)
    file = top.draft.within[-1]
    if name and file != f"{FOLDER}{name}.yaml":
        problem = f"the article {name} is in the file {file}"
        top.wrong(top.place("article"), problem, f"call the file {name}.yaml, or the article as the file")
    if not top.has("title"):
        top.missing("title", "write what it is about, for agents: Reset the battery")
    title = top.words("title", name)
    prompt = _prompt(top)
    if link := top.get("link", _address, ""):
        prompt = replace(prompt, text=(*prompt.text, f"\n{link}"))
    return Article(title, prompt)


def _prompt(top: Reader) -> Prompt:
    """The short words for ears, the long ones for eyes."""
    voice, text = (top.wording(key) for key in ("voice", "text"))
    if not top.has("voice") and not top.has("text"):
        top.missing("text", "write the article; voice: holds its short form, for the phone")
        return NOTHING
    for key, template in (("voice", voice), ("text", text)):
        for ref in (part for part in template if isinstance(part, Ref)):
            problem = f"{key}: {{{ref.name}}} cannot stand in an article, which is the same for everybody"
            top.wrong(top.place(key), problem, "say it in a step of the menu; {{ is the brace itself")
    return Prompt(voice or text, text or voice)


def _address(text: str) -> str:
    if not ADDRESS.fullmatch(text):
        raise Unfit(f"{quoted(text)} is no address", "write it as https://example.com/page")
    return text
