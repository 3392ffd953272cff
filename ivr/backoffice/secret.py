"""The values of `{secret:NAME}`: from the variable IVR_SECRET_NAME, else from the file NAME in IVR_SECRETS_DIR.

They are read once, at the start: who changes one restarts the server. They are in no message and in no `repr`."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Mapping
from pathlib import Path

from ivr.engine.services import HeaderValue, Services
from ivr.settings import SECRET_PREFIX, SettingsError

USABLE = re.compile(r"[\x21-\x7e][\x20-\x7e]*", re.ASCII)  # what a header can carry


class Secrets:
    def __init__(self, values: Mapping[str, str] | None = None) -> None:
        self._values = values or {}

    @classmethod
    def of(cls, services: Services, folder: Path | None, environ: Mapping[str, str] = os.environ) -> Secrets:
        """All that the services refer to. Raises `SettingsError` with a line for each that is not to be had."""
        values, mistakes = {}, []
        for name, users in _wanted(services).items():
            try:
                values[name] = _read(name, folder, environ)
            except ValueError as error:
                mistakes.append(f"secret {name} of {', '.join(users)}: {error}")
        if mistakes:
            raise SettingsError("\n".join(mistakes))
        return cls(values)

    def fill(self, value: HeaderValue) -> str:
        return "".join(part if isinstance(part, str) else self._values[part.name] for part in value)


def unused(services: Services, environ: Mapping[str, str]) -> list[str]:
    """Variables of secrets that no service refers to: most likely misspelt."""
    wanted = {SECRET_PREFIX + name.upper() for name in _wanted(services)}
    return sorted(name for name in environ if name.startswith(SECRET_PREFIX) and name not in wanted)


def _wanted(services: Services) -> dict[str, list[str]]:
    """Secret -> the services that refer to it."""
    wanted: dict[str, list[str]] = {}
    for spec in services.values():
        for name in sorted(spec.secrets):
            wanted.setdefault(name, []).append(spec.name)
    return wanted


def _read(name: str, folder: Path | None, environ: Mapping[str, str]) -> str:
    """Raises `ValueError`, which says what to do and holds nothing of the value."""
    variable = SECRET_PREFIX + name.upper()
    value = environ.get(variable)
    if value is None and folder is not None:
        value = _read_file(_spellings(folder, name))
    if value is None:
        where = f"write it into {folder / name}" if folder else "name a folder with a file of it: IVR_SECRETS_DIR"
        raise ValueError(f"it is nowhere; set {variable}, or {where}")
    if not USABLE.fullmatch(value):
        raise ValueError("it is empty or no header can carry it; write it in plain ASCII, on one line")
    return value


def _spellings(folder: Path, name: str) -> Iterable[Path]:
    """Docker's own examples are in small letters."""
    return dict.fromkeys((folder / name, folder / name.lower()))


def _read_file(paths: Iterable[Path]) -> str | None:
    for path in paths:
        try:
            return path.read_bytes().decode("ascii", "replace").rstrip("\r\n")
        except FileNotFoundError:
            continue
        except OSError as error:
            raise ValueError(f"{path} cannot be read: {error.strerror}; correct its owner or its rights") from error
    return None
