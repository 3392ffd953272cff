"""Declared conditions of a branch: `{status: {is: shipped}, hours.office: {is: open}, order_number: known}`."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from typing import Literal, get_args

from ivr.engine.loader import languages, values
from ivr.engine.loader.mistakes import Place, did_you_mean, quoted
from ivr.engine.loader.reader import Reader
from ivr.engine.loader.source import Node, Text
from ivr.engine.steps import Condition

Test = Literal["is", "is_not", "in", "known", "at_least", "at_most"]
TESTS: tuple[Test, ...] = get_args(Test)
ORDERED = {"at_least", "at_most"}
OURS = {"channel", "trust", "language"}
DECLARED = {"hours": "hours", "switch": "switches"}  # hours.office is declared at the top of the file, under hours
HIGHEST_TRUST = 4


def conditions(case: Reader) -> tuple[Condition, ...]:
    """All conditions under `if:`; they must hold together."""
    with case.inside("if", "write a condition: {status: {is: shipped}}") as subjects:
        found = tuple(c for name, place, node in subjects.entries() for c in _tests(subjects, name, place, node))
        if not found and not subjects.fields.entries:
            subjects.missing("if", "write a condition: {status: {is: shipped}}")
        return found


def _tests(subjects: Reader, subject: str, place: Place, node: Node) -> Iterator[Condition]:
    if _is_slot(subjects, subject):
        subjects.mention(subject, "tested", place)
        if isinstance(node, Text) and node.value == "known":
            yield Condition(subject, "known", ())
            return
    _undeclared(subjects, subject, place)
    with subjects.reader(subject, node, "write a test: {is: …}, or known") as tests:
        parse = _parser(tests, subject)
        tests.accept(*TESTS)
        for test in (test for test in TESTS if tests.has(test)):
            if test == "known":
                yield from _known(tests, subject)
            else:
                yield _compared(tests, subject, test, parse)
        if not tests.fields.entries and not tests.quiet:
            tests.missing(subject, f"write a test: {', '.join(TESTS)}")


def _is_slot(reader: Reader, subject: str) -> bool:
    return subject not in OURS and subject not in reader.draft.subjects and not _kind(subject)


def _kind(subject: str) -> str:
    """`hours` of `hours.office`; nothing where it is no such name."""
    kind, dot, _ = subject.partition(".")
    return kind if dot and kind in DECLARED else ""


def _undeclared(subjects: Reader, subject: str, place: Place) -> None:
    if (kind := _kind(subject)) and subject not in subjects.draft.subjects and not subjects.draft.alone:
        known = [name for name in subjects.draft.subjects if _kind(name) == kind]
        remedy = did_you_mean(subject, known) if known else f"write it at the top of the file, under {DECLARED[kind]}:"
        subjects.wrong(place, f"{quoted(subject)} is not declared", remedy)


def _known(tests: Reader, subject: str) -> Iterator[Condition]:
    wanted = tests.get("known", values.one_of(("yes", "no")), "yes")
    if not _is_slot(tests, subject):
        tests.wrong(tests.place("known"), f"{subject} is always known", "test what it is: {is: …}")
    yield Condition(subject, "known", () if wanted == "yes" else ("no",))


def _compared(tests: Reader, subject: str, test: Test, parse: Callable[[str], str]) -> Condition:
    found = tests.several(test, parse)
    if test in ORDERED and not _has_order(tests, subject):
        tests.wrong(tests.place(test), f"{subject} is neither a number nor a date", "test it by is, is_not or in")
    if test not in {"in", "is_not"} and len(tests.texts(test)) > 1:
        tests.wrong(tests.place(test), f"{test} takes one value", "use in for a list of them")
    if not tests.texts(test):
        tests.missing(test, "write the value to compare with")
    return Condition(subject, test, found)


def _has_order(tests: Reader, subject: str) -> bool:
    spec = tests.draft.slots.get(subject)
    return subject == "trust" or (
        _is_slot(tests, subject) and (spec is None or spec.type in {"number", "money", "date", "time"})
    )


def _parser(tests: Reader, subject: str) -> Callable[[str], str]:
    """What reads a value that `subject` is compared with."""
    spec = tests.draft.slots.get(subject)
    if subject in tests.draft.subjects:
        return values.one_of(tests.draft.subjects[subject])
    if subject == "channel":
        return values.one_of(tests.draft.channels)
    if subject == "language":
        return partial(languages.one_of, tests.draft)
    if subject == "trust":
        return lambda text: str(values.whole(0, HIGHEST_TRUST)(text))
    if spec:
        return lambda text: values.fits(spec, text)
    return values.words
