"""Which engine listens to a language, with which model, and what is wrong with it. No native code runs here."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from ivr.engine.languages import lookup
from recognition.ear_wire import EngineSpec
from recognition.moonshine.model import FILES, packaged
from recognition.vosk.model import PAGE, NotAModel, look


@dataclass(frozen=True, slots=True)
class Listening:
    """`spec`: None, nobody listens; `state` says what to do about that, or what listens; `wrong`: what is set up
    cannot be used."""

    language: str
    spec: EngineSpec | None
    state: str
    wrong: bool = False


def listening(languages: Iterable[str], specs: Sequence[EngineSpec]) -> list[Listening]:
    """For each language, in the order given. `specs`: see `recognition.ears.engines`."""
    return [_to(language, specs) for language in languages]


def _to(language: str, specs: Sequence[EngineSpec]) -> Listening:
    of = {spec.language: spec for spec in specs}
    found = lookup(language, of)
    if found is None:
        remedy = f"get a model from {PAGE}, unpack it, and set IVR_VOSK_MODELS={language}=its directory"
        return Listening(language, None, f"keys only: nobody listens to it; {remedy}")
    spec = of[found]
    try:
        return Listening(language, spec, f"{spec.name}, {_state(spec)}")
    except NotAModel as error:
        return Listening(language, spec, f"{spec.name}: {error}", wrong=True)


def _state(spec: EngineSpec) -> str:
    """Raises `NotAModel`."""
    if spec.name == "vosk":
        model = look(Path(spec.folder))
        held = "held to what a menu takes" if model.grammars else "free speech only, so it is slower and less sure"
        return f"{model.folder} ({model.rate} Hz, {held})"
    folder = Path(spec.folder) if spec.folder else packaged()
    if folder is None or not all((folder / name).is_file() for name in FILES):
        raise NotAModel(
            f"{folder or 'the package moonshine-voice'} lacks {', '.join(FILES)}; install moonshine-voice==0.1.0, or "
            "set IVR_MOONSHINE to a directory that has them"
        )
    return f"{folder} (held to what a menu takes)"
