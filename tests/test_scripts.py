"""`make run` on a machine that is not as one would wish: what scripts/environment does with the Python environment.

Python, pip and uv are played by a script each, which note how they were called.
"""

from __future__ import annotations

import os
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent

PYTHON = r"""#!/bin/sh
case "$*" in
    "-c import sys"*) exit "${TOO_OLD:-0}" ;;
    "-m venv --clear .venv")
        rm -rf .venv
        mkdir -p .venv/bin
        cp "$0" .venv/bin/python
        echo "command = python3 -m venv --clear $PWD/.venv" > .venv/pyvenv.cfg
        echo "made" >> calls ;;
    *"pip install"*" uv") cp ../uv .venv/bin/uv ;;
    "-m pip config get global.index-url") echo "$PIP_SAYS"; [ -n "$PIP_SAYS" ] ;;
    "-m pip config get"*) exit 1 ;;
esac
"""
UV = r"""#!/bin/sh
case "$*" in
    "pip sync"*) echo "synced from ${UV_DEFAULT_INDEX-uv's own}" >> calls; exit "${CUT_OFF:-0}" ;;
    "pip install"*) : > .venv/bin/segue; chmod +x .venv/bin/segue ;;
esac
"""


@dataclass
class Checkout:
    """A folder with the scripts in it."""

    folder: Path

    def lay(self, **environment: str) -> subprocess.CompletedProcess[str]:
        clean = {"PATH": os.environ["PATH"], "HOME": str(self.folder), "PYTHON": str(self.folder.parent / "python")}
        command = ["scripts/environment", "run"]
        return subprocess.run(
            command, cwd=self.folder, env=clean | environment, capture_output=True, text=True, timeout=60, check=False
        )

    def calls(self) -> list[str]:
        return (self.folder / "calls").read_text("utf-8").splitlines()


@pytest.fixture
def checkout(tmp_path: Path) -> Checkout:
    for name, text in (("python", PYTHON), ("uv", UV)):
        (tmp_path / name).write_text(text, "utf-8")
        (tmp_path / name).chmod(0o755)
    folder = tmp_path / "segue"
    shutil.copytree(ROOT / "scripts", folder / "scripts")
    (folder / "requirements").mkdir()
    for file in ("requirements/run.txt", "requirements/dev.txt", "pyproject.toml"):
        (folder / file).write_text("", "utf-8")
    return Checkout(folder)


def test_what_was_finished_is_left_alone(checkout: Checkout) -> None:
    assert checkout.lay().returncode == 0
    before = checkout.calls()
    assert checkout.lay().returncode == 0
    assert checkout.calls() == before == ["made", "synced from uv's own"]


def test_new_requirements_are_installed_into_what_is_there(checkout: Checkout) -> None:
    checkout.lay()
    (checkout.folder / "requirements/run.txt").write_text("another==1\n", "utf-8")
    checkout.lay()
    assert checkout.calls() == ["made", "synced from uv's own", "synced from uv's own"]


@pytest.mark.parametrize("there", [False, True], ids=["the first time", "later"])
def test_what_was_cut_off_is_made_afresh(checkout: Checkout, there: bool) -> None:
    if there:
        checkout.lay()
        (checkout.folder / "requirements/run.txt").write_text("another==1\n", "utf-8")
    assert "that failed" in checkout.lay(CUT_OFF="1").stderr
    (checkout.folder / "calls").unlink()
    assert checkout.lay().returncode == 0
    assert checkout.calls() == ["made", "synced from uv's own"]


def test_a_folder_that_was_moved_gets_its_own_environment(checkout: Checkout) -> None:
    checkout.lay()
    moved = Checkout(checkout.folder.rename(checkout.folder.with_name("moved")))
    assert moved.lay().returncode == 0
    assert moved.calls() == ["made", "synced from uv's own"] * 2


def test_packages_come_from_where_pip_is_set_up_to_take_them(checkout: Checkout) -> None:
    checkout.lay(PIP_SAYS="https://packages.example.com/simple")
    assert checkout.calls()[-1] == "synced from https://packages.example.com/simple"


def test_a_python_that_is_too_old_is_told(checkout: Checkout) -> None:
    for name in ("python3", "python3.11", "python3.12", "python3.13"):
        shutil.copy(checkout.folder.parent / "python", checkout.folder.parent / name)
    path = f"{checkout.folder.parent}:{os.environ['PATH']}"
    found = checkout.lay(PATH=path, TOO_OLD="1")
    assert found.returncode == 1
    assert "Python 3.11 or newer is needed" in found.stderr


@pytest.mark.parametrize(
    ("given", "port"), [((), "8080"), (("IVR_PORT=8082",), "8082"), (("IVR_PORT=8082", "PORT=8081"), "8081")]
)
def test_make_run_serves_on_the_port_that_the_server_would_tell_to_set(given: tuple[str, ...], port: str) -> None:
    environment = {"PATH": os.environ["PATH"]} | dict(one.split("=") for one in given)
    command = ["make", "--dry-run", "run"]
    told = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, timeout=60, check=True)
    assert f"IVR_PORT={port} exec" in told.stdout
