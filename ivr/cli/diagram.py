"""Print the diagram of a menu as Mermaid text, which code hosts and wikis draw."""

from __future__ import annotations

import argparse

from ivr import settings
from ivr.diagram import diagram, mermaid
from ivr.flows import UnknownMenu, read_folder


def add(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("menu", help="its name, among the menus of IVR_MENUS")


def run(chosen: argparse.Namespace) -> int:
    known = settings.load()
    flows, _ = read_folder(known.menus, known.services)
    if chosen.menu not in flows:
        raise UnknownMenu(f"no menu {chosen.menu!r}, there are: {', '.join(sorted(flows)) or 'none'}")
    print(mermaid(diagram(flows[chosen.menu])), end="")
    return 0
