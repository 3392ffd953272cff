"""A mapping of the file with the words that people hear, read and say: in which language, and as which prompt."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import TypeVar

from ivr.engine.loader import languages, marks, template, values
from ivr.engine.loader.draft import NOTHING, How
from ivr.engine.loader.mapping import MappingReader, looks_like_template
from ivr.engine.loader.mistakes import quoted
from ivr.engine.loader.source import Fields, Items, Node, Text
from ivr.engine.steps import Prompt, Ref, Template

T = TypeVar("T")
WORDED = {"said", "sent", "coded", "told", "handed"}  # these are words, which have a language


class Reader(MappingReader):
    """The draft says which language is read; what is inside of a wording may belong to one already."""

    in_one_language = False

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
                if not self.draft.spoken_wrong:
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

    # Prompts

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
        if not isinstance(node, Fields) or looks_like_template(node):
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
