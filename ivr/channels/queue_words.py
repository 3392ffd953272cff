"""What is said to who waits in a queue, in the languages of `ivr.engine.words`; in English to all others. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from ivr.engine.languages import primary


@dataclass(frozen=True, slots=True)
class QueueWords:
    """`place` holds `{n}`, from 2; `minutes` too. `call_back`: what pressing 1 does."""

    first: str
    place: str
    minute: str
    minutes: str
    thanks: str
    call_back: str


LANGUAGES: Mapping[str, QueueWords] = {
    "en": QueueWords(
        first="You are next.",
        place="You are number {n} in the queue.",
        minute="At the moment the wait is about one minute.",
        minutes="At the moment the wait is about {n} minutes.",
        thanks="Thank you for waiting.",
        call_back="If you would rather be called back, press 1.",
    ),
    "de": QueueWords(
        first="Sie sind als Nächstes dran.",
        place="Sie sind Nummer {n} in der Warteschlange.",
        minute="Die Wartezeit beträgt zurzeit etwa eine Minute.",
        minutes="Die Wartezeit beträgt zurzeit etwa {n} Minuten.",
        thanks="Danke, dass Sie warten.",
        call_back="Wenn wir Sie lieber zurückrufen sollen, drücken Sie die 1.",
    ),
    "es": QueueWords(
        first="Su llamada es la siguiente.",
        place="Su llamada es la número {n} en la cola.",
        minute="En este momento la espera es de aproximadamente un minuto.",
        minutes="En este momento la espera es de aproximadamente {n} minutos.",
        thanks="Gracias por esperar.",
        call_back="Si prefiere que le devolvamos la llamada, pulse 1.",
    ),
    "fr": QueueWords(
        first="C'est bientôt à vous.",
        place="Vous êtes en position {n} dans la file d'attente.",
        minute="En ce moment, l'attente est d'environ une minute.",
        minutes="En ce moment, l'attente est d'environ {n} minutes.",
        thanks="Merci de patienter.",
        call_back="Si vous préférez que nous vous rappelions, appuyez sur 1.",
    ),
    "ko": QueueWords(
        first="다음 순서입니다.",
        place="대기 순번은 {n}번입니다.",
        minute="현재 대기 시간은 약 1분입니다.",
        minutes="현재 대기 시간은 약 {n}분입니다.",
        thanks="기다려 주셔서 감사합니다.",
        call_back="다시 전화를 받으시려면 1번을 눌러 주십시오.",
    ),
}


def queue_words(language: str, place: int | None, minutes: int, *, call_back: bool) -> str:
    """`place` from 1; None: not known. `minutes` that others wait, 0: less than one, or not known."""
    words = LANGUAGES.get(primary(language), LANGUAGES["en"])
    said = []
    if place is not None:
        said.append(words.first if place <= 1 else words.place.format(n=place))
    if minutes:
        said.append(words.minute if minutes == 1 else words.minutes.format(n=minutes))
    said.append(words.thanks)
    if call_back:
        said.append(words.call_back)
    return " ".join(said)
