"""One mapping of the file, read key by key.

What cannot be read becomes a mistake and a harmless stand-in, so that reading goes on and all mistakes come at once.
Ways to steps and mentions of slots are noted in the `Draft`: whether they hold shows when the whole file was read.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from typing import Self, TypeVar

from ivr.engine.flow import Format, Prompt, Ref, Template
from ivr.engine.loader import languages, marks, template, values
from ivr.engine.loader.draft import NOTHING, UNKNOWN, Draft, How, Mention, Target
from ivr.engine.loader.mistakes import Place, Unfit, did_you_mean, nearest, quoted
from ivr.engine.loader.source import Fields, Items, Node, Text

T = TypeVar("T")
L = TypeVar("L", bound=str)
WORDED = {"said", "sent", "coded", "told", "handed"}  # these are words, which have a language
BESIDE = {"next", "done", "failed", "unavailable", "unanswered"}
INSIDE = {"prompt", "choices", "slot", "no_input", "no_match", "tries", "exhausted", "timeout", "interdigit"}


class Reader:
    """Use as a context manager: at its end, keys that nobody asked for are mistakes. `what` names the mapping in
    messages; `quiet` readers stand for a mapping that is not there, which was told already."""

    def __init__(self, fields: Fields, draft: Draft, what: str, step: str | None = None, quiet: bool = False) -> None:
        self.fields = fields
        self.draft = draft
        self.what = what
        self.step = step
        self.quiet = quiet
        self.in_one_language = False  # what is inside belongs to one already
        self._asked: dict[str, None] = {}
        self._missing: list[tuple[str, Place, str, str]] = []

    def __enter__(self) -> Self:
        return self

    def __exit__(self, error: type[BaseException] | None, *_: object) -> None:
        if error is None:
            self._report_keys()

    def wrong(self, place: Place, problem: str, remedy: str) -> None:
        self.draft.mistakes.add(place, problem, remedy, self.step)

    def has(self, key: str) -> bool:
        return key in self.fields.entries

    def place(self, key: str) -> Place:
        """Where the value of `key` stands, or the mapping itself."""
        entry = self.fields.entries.get(key)
        return entry.value.place if entry else self.fields.place

    def missing(self, key: str, remedy: str) -> None:
        """Told at the end, unless it is only misspelt."""
        there = self.fields.entries.get(key)
        problem = f"{key} is empty" if there else f"{key} is missing"
        self._missing.append((key, there.place if there else self.fields.place, problem, remedy))

    def node(self, key: str) -> Node | None:
        """The value of `key`; None when it is not there or nothing is written behind it."""
        self._asked[key] = None
        entry = self.fields.entries.get(key)
        if entry is None or (isinstance(entry.value, Text) and entry.value.empty):
            return None
        return entry.value

    def accept(self, *keys: str) -> None:
        """These keys may be there, whatever they hold."""
        self._asked.update(dict.fromkeys(keys))

    # Values that are one text

    def get(self, key: str, parse: Callable[[str], T], default: T) -> T:
        node = self.node(key)
        if node is None:
            if self.has(key):
                self.missing(key, 'write a value ("#" needs quotes), or take the key away')
            return default
        return self._parsed(key, node, parse, default)

    def need(self, key: str, parse: Callable[[str], T], stand_in: T, remedy: str) -> T:
        node = self.node(key)
        if node is None:
            self.missing(key, remedy)
            return stand_in
        return self._parsed(key, node, parse, stand_in)

    def _parsed(self, key: str, node: Node, parse: Callable[[str], T], stand_in: T) -> T:
        if not isinstance(node, Text):
            self.wrong(node.place, f"{key}: a text is wanted here", _quotes_or(node, "write one text"))
            return stand_in
        return self.checked(key, node, parse, stand_in)

    def checked(self, key: str, text: Text, parse: Callable[[str], T], stand_in: T) -> T:
        try:
            return parse(text.value)
        except Unfit as unfit:
            self.wrong(text.place, f"{key}: {unfit.problem}", unfit.remedy)
            return stand_in

    def target(self, key: str, remedy: str | None = "name the step that comes then") -> str:
        """The name of a step. `remedy` None: it may be missing, and `UNKNOWN` says so."""
        node = self.node(key)
        if node is None:
            if remedy or self.has(key):
                self.missing(key, remedy or "name a step, or take the key away")
            return UNKNOWN
        name = self._parsed(key, node, str, UNKNOWN)
        if name != UNKNOWN:
            self.draft.targets.append(Target(key, name, node.place, self.step))
        return name

    # Values that are several texts, lists or mappings

    def texts(self, key: str) -> list[Text]:
        """One text, or a list of texts."""
        return self._texts(key, self.node(key))

    def _texts(self, key: str, node: Node | None) -> list[Text]:
        if node is None:
            return []
        found = node.items if isinstance(node, Items) else (node,)
        for item in found:
            if not isinstance(item, Text) or item.empty:
                self.wrong(item.place, f"{key}: a text is wanted here", _quotes_or(item, "write a text or a list"))
        return [item for item in found if isinstance(item, Text) and not item.empty]

    def several(self, key: str, parse: Callable[[str], T]) -> tuple[T, ...]:
        """Like `texts`, each of them read by `parse`."""
        found = (self.checked(key, text, parse, None) for text in self.texts(key))
        return tuple(value for value in found if value is not None)

    def inside(self, key: str, remedy: str = "write a mapping of keys and values here") -> Reader:
        """The mapping behind `key`."""
        node = self.node(key)
        if node is None:
            self.missing(key, remedy)
        return self.reader(key, node, remedy)

    def reader(self, key: str, node: Node | None, remedy: str) -> Reader:
        """A reader of `node`, quiet when that is not a mapping (which is a mistake, unless it is None)."""
        if isinstance(node, Fields):
            return Reader(node, self.draft, key, self.step)
        if node is not None:
            self.wrong(node.place, f"{key}: a mapping is wanted here", remedy)
        return Reader(Fields(self.place(key), {}), self.draft, key, self.step, quiet=True)

    def list_of(self, key: str, remedy: str) -> Iterator[Reader]:
        """The mappings of the list behind `key`."""
        node = self.node(key)
        if node is not None and not isinstance(node, Items):
            self.wrong(node.place, f"{key}: a list is wanted here", remedy)
        for item in node.items if isinstance(node, Items) else ():
            yield self.reader(key, item, remedy)

    def entries(self) -> Iterator[tuple[str, Place, Node]]:
        """All keys of a mapping whose keys are the author's own names."""
        for key, entry in self.fields.entries.items():
            self._asked[key] = None
            yield key, entry.place, entry.value

    # Words for people

    def words(self, key: str, default: str, language: str | None = None, *, every: bool = True) -> str:
        """A text in the language that is read, or in `language`. `every`: see `in_language`."""
        node = self.node(key)
        if node is None:
            return self.get(key, values.words, default)
        return self.word(key, node, default, language, every=every)

    def word(self, key: str, node: Node, default: str, language: str | None = None, *, every: bool = True) -> str:
        found = self.in_language(key, node, language, every=every)
        return default if found is None else self._parsed(key, found, values.words, default)

    def phrases(self, key: str, language: str | None = None) -> tuple[str, ...]:
        """What customers may say: a list for each language, or one for all."""
        node = self.node(key)
        found = None if node is None else self.in_language(key, node, language, every=False)
        read = (self.checked(key, text, values.words, "") for text in self._texts(key, found))
        return tuple(phrase for phrase in read if phrase)

    def in_language(self, key: str, node: Node, language: str | None = None, *, every: bool = True) -> Node | None:
        """The wording that counts; None: it is missing, which is told. `every`: whether all languages of the file must
        have their own."""
        spoken = self.draft.spoken
        if languages.is_by_language(node):
            for place, problem, remedy in languages.strange_keys(node, spoken):
                self.wrong(place, f"{key}: {problem}", remedy)
            found = languages.chosen(node, language or self.draft.language)
            if found is None and language is None:
                found = self._in_words_file(languages.chosen(node, spoken[0]))
            if found is None:
                wanted = language or self.draft.language
                self.wrong(node.place, f"{key}: the wording in {wanted} is missing", f"write {wanted}: and the words")
            return found
        if language is not None or len(spoken) == 1 or self.in_one_language:
            return node
        if found := self._in_words_file(node):
            return found
        if every and languages.has_words(node):
            self._untranslated(key, node)
        return node

    def _in_words_file(self, node: Node | None) -> Node | None:
        return self.draft.words.of(node) if self.draft.words and node else None

    def _untranslated(self, key: str, node: Node) -> None:
        spoken, language = self.draft.spoken, self.draft.language
        if not self.draft.has_words_files:
            remedy = f"write {{{', '.join(f'{one}: …' for one in spoken)}}}"
            self.wrong(node.place, f"{key}: this is in one language, the menu speaks {', '.join(spoken)}", remedy)
        elif language != spoken[0]:
            remedy = f"add it to {self.draft.words_file}"
            self.draft.gap(node.place, self.step, f"{key}: the wording in {language} is missing", remedy)

    def mention(self, slot: str, how: How, place: Place, format_: Format = "plain", into: str | None = None) -> None:
        self.draft.mentions.append(Mention(slot, how, place, self.step, format_, into))

    def template(self, key: str, node: Node, how: How, into: str | None = None) -> Template:
        nothing: Template = ()
        if how in WORDED:
            found = self.in_language(key, node, every=how not in {"told", "handed"})
            if found is None:
                return nothing
            node = found
        parts = self._parsed(key, node, lambda text: template.parse(values.words(text)), nothing)
        for part in parts:
            if isinstance(part, Ref):
                self.mention(part.name, how, node.place, part.format, into)
        return parts

    def prompt(self, key: str, remedy: str = "write what is said") -> Prompt:
        node = self.node(key)
        if node is None:
            self.missing(key, remedy)
            return NOTHING
        return self._prompt(key, node)

    def prompt_or(self, key: str, default: T) -> Prompt | T:
        self._asked[key] = None
        return self.prompt(key) if self.has(key) else default

    def prompts(self, key: str, default: tuple[Prompt, ...]) -> tuple[Prompt, ...]:
        """One prompt, or a list of them for the first time, the second time and so on."""
        node = self.node(key)
        if languages.is_by_language(node) and any(isinstance(e.value, Items) for e in node.entries.values()):
            node = self.in_language(key, node)
            with self._as_one_language():
                return self._prompts(key, node) if node else default
        return self._prompts(key, node) if node else ((self.prompt(key),) if self.has(key) else default)

    def _prompts(self, key: str, node: Node) -> tuple[Prompt, ...]:
        if not isinstance(node, Items):
            return (self._prompt(key, node),)
        for item in node.items:
            if node.inline and isinstance(item, Text) and item.plain and item.value[-1:] not in ".?!…":
                problem = f"{key}: {quoted(item.value)} seems cut off: inside [ ], a comma ends a text"
                self.wrong(item.place, problem, "put each sentence in quotes, or on its own line behind a -")
        if not node.items:
            self.wrong(node.place, f"{key} is empty", "write what is said")
        return tuple(self._prompt(key, item) for item in node.items)

    @contextmanager
    def _as_one_language(self) -> Iterator[None]:
        before, self.in_one_language = self.in_one_language, True
        yield
        self.in_one_language = before

    def _prompt(self, key: str, node: Node) -> Prompt:
        gaps = len(self.draft.gaps)
        found = self._wordings(key, node)
        return replace(found, language=self.draft.spoken[0]) if len(self.draft.gaps) > gaps else found

    def _wordings(self, key: str, node: Node) -> Prompt:
        if languages.is_by_language(node):
            found = self.in_language(key, node)
            with self._as_one_language():
                return self._wordings(key, found) if found else NOTHING
        if not isinstance(node, Fields) or _looks_like_template(node):
            words = self.template(key, node, "said")
            return Prompt(self._marked(key, node, words), marks.unmarked(words))
        with Reader(node, self.draft, key, self.step) as inner:
            inner.in_one_language = self.in_one_language
            voice, text = (inner.wording(channel) for channel in ("voice", "text"))
            audio = inner._recording()
            if not inner.has("voice") and not inner.has("text"):
                inner.missing("text", "write the words; a recording needs them too, for those who read")
            return Prompt(voice or text, text or voice, audio)

    def wording(self, key: str) -> Template:
        node = self.node(key)
        if node is None and self.has(key):
            self.missing(key, "write what is said")
        if node is None:
            return ()
        words = self.template(key, node, "said")
        if key == "voice":
            return self._marked(key, node, words)
        self._unfit(key, node, marks.none(words))
        return words

    def _marked(self, key: str, node: Node, words: Template) -> Template:
        """A wording for voices, which may have marks."""
        self._unfit(key, node, found := list(marks.mistakes(words)))
        return marks.unmarked(words) if found else marks.marked(words)

    def _unfit(self, key: str, node: Node, found: Iterable[tuple[str, str]]) -> None:
        for problem, remedy in found:
            self.wrong(node.place, f"{key}: {problem}", remedy)

    def _recording(self) -> str | None:
        node = self.node("audio")
        if node is None:
            return self.get("audio", values.recording, None)
        found = self.in_language("audio", node)
        return None if found is None else self._parsed("audio", found, values.recording, None)

    def _report_keys(self) -> None:
        if self.quiet:
            return
        misspelt = set()
        for key, entry in self.fields.entries.items():
            if key not in self._asked:
                misspelt.add(nearest(key, self._asked))
                self.wrong(entry.place, f"{quoted(key)} is no key of {self.what}", self._remedy_for(key, entry.value))
        for key, place, problem, remedy in self._missing:
            if key not in misspelt:
                self.wrong(place, problem, remedy)

    def _remedy_for(self, key: str, value: Node) -> str:
        if self.fields.inline and " " in key and isinstance(value, Text) and value.empty:
            return "put the text before it in quotes: inside { }, a comma ends a text"
        if key in BESIDE and self.step and self.what != "step" and not nearest(key, self._asked):
            return f'write it beside "{self.what}:", one level up'
        if key in INSIDE and self.what == "step":
            return "write it inside the step's verb, one level down"
        return did_you_mean(key, self._asked)


def one_of(allowed: Sequence[L]) -> Callable[[str], L]:
    def parse(text: str) -> L:
        for known in allowed:
            if text == known:
                return known
        raise Unfit(f"{quoted(text)} is not known", did_you_mean(text, allowed))

    return parse


def _looks_like_template(node: Node) -> bool:
    """`say: {status}` is a mapping to YAML; the author meant a text."""
    if not isinstance(node, Fields) or not node.inline or len(node.entries) != 1:
        return False
    (key,) = node.entries
    value = node.entries[key].value
    return isinstance(value, Text) and value.empty and key not in {"voice", "text", "audio"}


def _quotes_or(node: Node, remedy: str) -> str:
    return "put the text in quotes, since it begins with {" if _looks_like_template(node) else remedy
