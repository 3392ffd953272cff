"""The menus' folder with its parts, and versions that outlive their files."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from context_bridge.contract import ContextStore
from context_bridge.store import open_store
from ivr.engine.data import replace
from ivr.engine.loader import MenuMistakes
from ivr.flows import Flows, parts_in, read_folder

MENU = """\
menu: bank
start: who
steps:
  who:
    submenu: {name: identify}
    done: help
  help:
    article: {show: reset}
    helped: bye
    not_helped: bye
  bye:
    end: Bye.
"""
PART = """\
submenu: identify
start: ask
steps:
  ask:
    say: Who are you?
    next: back
  back:
    return: done
"""
ARTICLE = "article: reset\ntitle: Reset\ntext: Switch it off and on.\n"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "articles").mkdir()
    (tmp_path / "bank.yaml").write_text(MENU)
    (tmp_path / "identify.yaml").write_text(PART)
    (tmp_path / "articles/reset.yaml").write_text(ARTICLE)
    return tmp_path


@pytest.fixture
async def store() -> AsyncIterator[ContextStore]:
    store = await open_store("sqlite:///:memory:")
    yield store
    await store.close()


def mistakes(folder: Path) -> list[str]:
    with pytest.raises(MenuMistakes) as refused:
        read_folder(folder)
    return str(refused.value).splitlines()


def test_parts_are_no_menus(folder: Path) -> None:
    flows, _ = read_folder(folder)
    assert list(flows) == ["bank"]
    assert parts_in(folder) == {"identify.yaml": PART, "articles/reset.yaml": ARTICLE}
    assert flows["bank"].parts == parts_in(folder)


def test_a_menu_is_read_anew_when_anything_that_it_is_made_of_has_changed(folder: Path) -> None:
    fix = "  fix:\n    invoke: {service: fix}\n    done: bye\n    failed: bye\n"
    (folder / "bank.yaml").write_text(MENU.replace("not_helped: bye", "not_helped: fix") + fix)
    (folder / "services.yaml").write_text("services:\n  fix: {url: 'demo:/fix'}\n")
    first = read_folder(folder)[0]["bank"]
    assert read_folder(folder)[0]["bank"] is first
    (folder / "identify.yaml").write_text(PART.replace("Who are you?", "Your name?"))
    assert read_folder(folder)[0]["bank"].version != first.version
    (folder / "services.yaml").write_text("services:\n  mend: {url: 'demo:/fix'}\n")
    assert "fix" in str(mistakes(folder))


def test_a_mistake_in_a_part_of_two_menus_is_told_once(folder: Path) -> None:
    (folder / "shop.yaml").write_text(MENU.replace("menu: bank", "menu: shop"))
    (folder / "identify.yaml").write_text(PART.replace("next: back", "next: bak"))
    assert mistakes(folder) == ['identify.yaml:6:11: step "ask": next "bak" does not exist; did you mean "back"?']


def test_parts_that_nobody_uses_are_checked_too(folder: Path) -> None:
    (folder / "spare.yaml").write_text(PART)
    (folder / "articles/spare.yaml").write_text("article: spare\ntitle: Spare\n")
    assert [line.partition(": ")[0] for line in mistakes(folder)] == ["articles/spare.yaml:1:1", "spare.yaml:1:10"]


def test_bytes_that_are_no_text_are_told_with_their_file(folder: Path) -> None:
    (folder / "identify.yaml").write_bytes(PART.encode() + b"# \xff\n")
    (line,) = mistakes(folder)
    assert line.startswith("identify.yaml:9:3: the character ")


async def test_a_version_outlives_the_files_of_its_parts(folder: Path, store: ContextStore) -> None:
    flows, _ = read_folder(folder)
    old = flows["bank"]
    await Flows(flows, store).remember()
    (folder / "identify.yaml").write_text(PART.replace("Who are you?", "Your name?"))
    flows, _ = read_folder(folder)
    assert flows["bank"].version != old.version
    restored = await Flows(flows, store).pinned("bank", old.version)
    assert replace(restored, accepted={}) == replace(old, accepted={})
