"""A library that reports home does not do so from a server that customers talk to."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


@pytest.mark.parametrize("network", ["from recognition.vad import Vad; Vad()", "import recognition.moonshine.model"])
def test_onnxruntime_keeps_no_device_id_and_reports_nothing(network: str, tmp_path: Path) -> None:
    # An environment of its own, as a service has: in one that looks like CI onnxruntime is silent by itself.
    environment = {"PATH": os.environ["PATH"], "HOME": str(tmp_path), "PYTHONPATH": str(ROOT)}
    subprocess.run([sys.executable, "-B", "-c", network], env=environment, check=True, timeout=120)
    assert not list(tmp_path.iterdir()), "onnxruntime has made a device id: see recognition/__init__.py"
