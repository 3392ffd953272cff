"""Bring the database (IVR_DATABASE_URL) to the tables that this version of Segue needs.

Does nothing when it is there. The embedded SQLite database is brought up to date by itself."""

from __future__ import annotations

import argparse

from context_bridge.contract import StoreUnavailable
from context_bridge.migrate import migrate
from ivr import settings
from ivr.cli.complaint import Complaint


def add(parser: argparse.ArgumentParser) -> None:
    """It takes none."""


def run(_chosen: argparse.Namespace) -> int:
    try:
        migrate(settings.load().database)
    except (StoreUnavailable, OSError) as error:
        raise Complaint(str(error)) from error
    print("The database is up to date.")
    return 0
