"""Print the JSON Schema of menu files, for editors (docs/checks.md says how to set them up)."""

from __future__ import annotations

import argparse
import json

from ivr.menu_schema import schema


def add(parser: argparse.ArgumentParser) -> None:
    """There is nothing to choose."""


def run(_: argparse.Namespace) -> int:
    print(json.dumps(schema(), indent=2, ensure_ascii=False))
    return 0
