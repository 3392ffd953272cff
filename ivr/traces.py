"""What a log may say of an exception: its type and its place. Its own words may hold what a customer said."""

from __future__ import annotations

import traceback


def trace(error: BaseException) -> str:
    """Two or more lines: the type, then the frames."""
    return f"{type(error).__name__}\n{''.join(traceback.format_tb(error.__traceback__))}"
