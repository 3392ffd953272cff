"""What a server does with its folder when it starts: new content is published, and the store's word counts more."""

from __future__ import annotations

import logging
from pathlib import Path

import pytest

from context_bridge.contract import ContextStore
from ivr.flows import Flows, read_folder
from ivr.publishing.folder import publish_folder
from tests.publishing.menus import RENAMED, menu, text
from tests.publishing.site import Site

OTHER_WORDS = ("Goodbye.", "Bye.")


@pytest.fixture
def site(store: ContextStore) -> Site:
    return Site(store)


async def start(site: Site, folder: Path, source: str) -> Flows:
    """A server whose folder holds this one menu."""
    (folder / "support.yaml").write_text(source)
    flows, _ = read_folder(folder)
    await publish_folder(folder, flows.values(), site.store, site.publisher)
    served = Flows(flows, site.store)
    await served.refresh()
    return served


async def test_what_was_never_published_is(site: Site, tmp_path: Path) -> None:
    await start(site, tmp_path, text())
    served = await start(site, tmp_path, text(OTHER_WORDS))
    told = [(entry.n, entry.author, entry.message) for entry in await site.store.published("support")]
    assert told == [(2, "folder", "from support.yaml"), (1, "folder", "from support.yaml")]
    assert served.current("support").version == menu(OTHER_WORDS).version
    await start(site, tmp_path, text(OTHER_WORDS))
    assert len(await site.store.published("support")) == 2


async def test_a_roll_back_survives_a_restart(site: Site, tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    await start(site, tmp_path, text())
    await start(site, tmp_path, text(OTHER_WORDS))
    await site.publisher.roll_back("support", menu().version, "Ann", "oops")
    with caplog.at_level(logging.WARNING):
        served = await start(site, tmp_path, text(OTHER_WORDS))
    assert served.current("support").version == menu().version
    assert "support.yaml is not what is in force" in caplog.text
    assert "of Ann (oops)" in caplog.text
    assert f"segue diff support {tmp_path}" in caplog.text


async def test_what_is_refused_leaves_what_was_in_force(
    site: Site, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    await start(site, tmp_path, text())
    await site.flows.refresh()
    await site.press(await site.call("+14155550101"), "1")
    with caplog.at_level(logging.ERROR):
        served = await start(site, tmp_path, text(*RENAMED))
    assert served.current("support").version == menu().version
    assert "1 journey at track" in caplog.text
    assert "--moved track=number" in caplog.text


async def test_a_menu_that_only_the_store_has_is_served_too(site: Site, tmp_path: Path) -> None:
    clinic = menu(("menu: support", "menu: clinic"))
    await site.publish(clinic)
    served = await start(site, tmp_path, text())
    assert sorted(served.menus) == ["clinic", "support"]
