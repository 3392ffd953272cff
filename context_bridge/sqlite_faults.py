"""What is wrong with a database file, and what to do about it."""

from __future__ import annotations

import sqlite3

from context_bridge.contract import StoreUnavailable


def unavailable(path: str, error: sqlite3.Error) -> StoreUnavailable:
    """`error`, which the file at `path` gave, as people are told of it."""
    return StoreUnavailable(f"{path}: {error} ({_remedy(error)})")


def _remedy(error: sqlite3.Error) -> str:
    match error.sqlite_errorcode & 0xFF:  # the primary code
        case sqlite3.SQLITE_FULL:
            return "the disk is full: free some space, then it goes on by itself"
        case sqlite3.SQLITE_BUSY | sqlite3.SQLITE_LOCKED:
            return "another process keeps the database locked: end it, or wait for it"
        case sqlite3.SQLITE_CANTOPEN | sqlite3.SQLITE_READONLY | sqlite3.SQLITE_PERM:
            return "see that this user may write to the file and its folder"
        case sqlite3.SQLITE_CORRUPT | sqlite3.SQLITE_NOTADB:
            return "the file is damaged or not a database: restore it from a backup"
        case _:
            return "see the disk and the system's log"
