"""What `/readyz` says of the ears. Calls go on without them, by keys, so they never make a server unready: it would
take away the calls that it can answer."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from ivr.engine.flow import Flow
from ivr.flows import spoken_by_phone
from ivr.web.health import Look
from recognition.ears import Ears


def listening(ears: Ears, flows: Callable[[], Iterable[Flow]], *, wanted: bool) -> Look:
    """`flows`: the menus in force, whose languages count where they are spoken by phone. `wanted`: see IVR_EARS."""

    def look() -> tuple[str, str]:
        if not wanted:
            return "", "nobody listens, since IVR_EARS is 0: calls are answered by keys"
        spoken = sorted(spoken_by_phone(flows()))
        heard = [language for language in spoken if ears.hears(language)]
        keys = [language for language in spoken if language not in heard]
        processes = f"processes that are ready: {len(ears.pids)}" if heard else "nobody listens"
        return ears.trouble, f"{processes}; heard: {_listed(heard)}; keys only: {_listed(keys)}"

    return look


def _listed(languages: Iterable[str]) -> str:
    return ", ".join(languages) or "none"
