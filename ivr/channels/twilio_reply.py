"""What a message is answered: words, as a document that is saved with the turn."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from html import unescape

from context_bridge.records import AnswerRow
from ivr.channels import twilio_message_wire as wire
from ivr.channels.twilio_message_wire import Heard
from ivr.channels.twilio_twiml import messages as document
from ivr.engine.actions import Action, Collect, Say
from ivr.engine.journey import Journey
from ivr.engine.languages import preferred, primary
from ivr.engine.match import find
from ivr.engine.words import words_of
from ivr.prompts import ENGLISH

NOTHING = document(())
NO_MEDIA: Mapping[str, str] = {
    "en": "I cannot open pictures, recordings or files. Please write to me in words.",
    "de": "Bilder, Aufnahmen und Dateien kann ich nicht öffnen. Bitte schreiben Sie mir in Worten.",
    "es": "No puedo abrir imágenes, grabaciones ni archivos. Por favor, escríbame con palabras.",
    "fr": "Je ne peux pas ouvrir les images, les enregistrements ni les fichiers. Merci de m'écrire avec des mots.",
    "ko": "사진, 녹음, 파일은 열 수 없습니다. 글로 적어 주세요.",
}
NOT_TAKEN: Mapping[str, str] = {
    "en": "We could not take your message just now. Please send it again in a few minutes.",
    "de": "Wir konnten Ihre Nachricht gerade nicht annehmen. Bitte senden Sie sie in einigen Minuten noch einmal.",
    "es": "No hemos podido recibir su mensaje. Por favor, envíelo de nuevo en unos minutos.",
    "fr": "Nous n'avons pas pu recevoir votre message. Merci de le renvoyer dans quelques minutes.",
    "ko": "지금은 메시지를 받을 수 없습니다. 몇 분 뒤에 다시 보내 주세요.",
}
MESSAGE = re.compile(r"<Message>(.*?)</Message>", re.DOTALL)
TYPED = {"digits", "number", "money", "date", "time"}  # what is answered with a digit or two

Actions = tuple[Action, ...]


@dataclass(frozen=True, slots=True)
class Reply:
    """The document that answers a webhook, and the words in it: empty when it was saved by another process."""

    body: bytes = NOTHING
    text: str = ""


class Saved:
    """Makes the document of a turn, and knows whether it was saved. After an arrival whose question the message
    answers, an empty one is saved: more is to come."""

    def __init__(self, heard: Heard, turn: int, now: Callable[[], float]) -> None:
        self._heard, self._turn, self._now = heard, turn, now
        self._made: Reply | None = None
        self.reply: Reply | None = None

    async def make(self, journey: Journey, actions: Actions) -> AnswerRow:
        more = self._turn == 0 and answers(actions, self._heard.text)
        self._made = answer_to(self._heard, actions)
        body = "" if more else self._made.body.decode()
        return AnswerRow(self._heard.sid, 0, self._turn, journey.id, body, self._now())

    def saved(self) -> None:
        self.reply = self._made


def answers(actions: Actions, text: str) -> bool:
    """Whether a message that begins a contact already answers the question that is put then: a greeting does not."""
    wait = actions[-1] if actions else None
    if not isinstance(wait, Collect) or not text:
        return False
    offered = (*wait.options, *wait.always)
    typed = wait.type in TYPED and any(character.isdigit() for character in text)
    return typed or find(offered, text, "text", words_of(wait.language)) is not None


def reply_of(text: str) -> Reply:
    return Reply(document(wire.parts(text)), text)


def answer_to(heard: Heard, actions: Actions) -> Reply:
    """What a turn says, behind what is to be said of pictures."""
    spoken = (action.language for action in actions if isinstance(action, Say | Collect))
    return reply_of("\n".join(filter(None, (no_media(heard, next(spoken, ENGLISH)), wire.words(actions)))))


def no_media(heard: Heard, language: str) -> str:
    return NO_MEDIA.get(primary(language), NO_MEDIA["en"]) if heard.media else ""


def not_taken(language: str) -> bytes:
    """An answer that needs nothing but us. `language`: as Accept-Language has it."""
    return reply_of(NOT_TAKEN[preferred(language, NOT_TAKEN) or "en"]).body


def texts(body: str) -> list[str]:
    """The words of a document of ours, one for each message."""
    return [unescape(text) for text in MESSAGE.findall(body)]
