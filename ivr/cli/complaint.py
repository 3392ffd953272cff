"""What stops a command, and the type of what argparse lets commands add themselves to."""

from __future__ import annotations

import argparse
from typing import TypeAlias

# argparse has no public name for it
Commands: TypeAlias = "argparse._SubParsersAction[argparse.ArgumentParser]"


class Complaint(Exception):
    """The command cannot be carried out. The message says why and what to do; it is shown as it stands."""
