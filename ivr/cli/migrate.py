"""`segue migrate`: bring the database to the tables that this version of Segue needs."""

from __future__ import annotations

import argparse

from context_bridge.migrate import migrate
from ivr import settings
from ivr.cli.complaint import Commands


def add(commands: Commands) -> None:
    parser = commands.add_parser(
        "migrate",
        help="bring the database up to date",
        description="Bring the database (IVR_DATABASE_URL) to the tables of this version. Does nothing when it is"
        " there. The embedded SQLite database is brought up to date by itself.",
    )
    parser.set_defaults(command=run)


def run(_chosen: argparse.Namespace) -> int:
    migrate(settings.load().database)
    print("The database is up to date.")
    return 0
