"""The engine for English, loaded once for all tests of a process that hear with it."""

from __future__ import annotations

import pytest

from recognition.moonshine.engine import Moonshine
from recognition.moonshine.model import packaged
from tests.servers import missing


@pytest.fixture(scope="session")
def moonshine() -> Moonshine:
    return Moonshine() if packaged() else missing("moonshine-voice==0.1.0 is not installed")
