"""What a customer wants of our messages, in their words: none any more (stop), some again (start), or help. Pure.

A message counts only if all of it is such a word or a plain sentence that says it, whatever its case, width, accents,
punctuation, politeness, repetition and signature: "Please stop!" and "STOP STOP" do, "don't stop" and "stop at the
second floor" do not. US rules ask for any reasonable way to say it (47 CFR 64.1200(a)(10)), carriers for the English
words (CTIA Messaging Principles, 5.1.3). A word is taken in every language at once: nobody who wants no messages should
have to find out in which language we listen.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from itertools import groupby
from typing import Literal

Kind = Literal["stop", "start", "help"]

STOPPED = "the customer wants no messages from us (they wrote STOP, or the carrier says so); nothing was sent"
LONGEST = 60  # characters of a message that may be a wish


def _listed(words: str) -> frozenset[str]:
    return frozenset(word.strip() for word in words.split(","))


_WORDS: Mapping[str, Mapping[Kind, str]] = {
    "en": {
        "stop": "stop, stop all, stopall, unsubscribe, end, quit, cancel, revoke, opt out, optout, remove, remove me, "
        "stop messages, no more messages, stop texting me, stop it, stop this, unsubscribe me, opt me out",
        "start": "start, unstop, subscribe, resume messages, opt in, optin",
        "help": "help, info",
    },
    "de": {
        "stop": "stopp, abmelden, abbestellen, abbestellung, beenden, keine nachrichten mehr, austragen",
        "start": "anmelden, nachrichten an, wieder anmelden",
        "help": "hilfe",
    },
    "es": {
        "stop": "parar, alto, baja, cancelar, darme de baja, no mas mensajes, detener",
        "start": "alta, iniciar, comenzar, darme de alta",
        "help": "ayuda",
    },
    "fr": {
        "stop": "arret, arrete, arretez, arretter, desabonner, desabonnement, desinscription, plus de messages",
        "start": "reprendre, abonner, reabonner, inscription",
        "help": "aide",
    },
    "ko": {
        "stop": "수신거부, 수신 거부, 정지, 중지, 중단, 그만, 거부",
        "start": "수신동의, 수신 동의, 시작, 재개",
        "help": "도움말, 도움",
    },
}
# What may stand around a word without changing it; as `fold` writes it.
_POLITE = _listed(
    "please, pls, thanks, thank, you, now, bitte, danke, jetzt, por, favor, gracias, ya, s, il, vous, te, plait, svp"
)
# Twilio answers these itself, and blocks what we would send (help.twilio.com, "opt-out keywords", of 2025).
CARRIERS_OWN = _listed("stop, stopall, unsubscribe, end, quit, cancel, revoke, optout, start, unstop, yes, help, info")
CERTAIN = _listed(
    "stop, stopall, stop all, unsubscribe, unsubscribe me, optout, opt out, opt me out, 수신거부"
)  # mean nothing else, whatever was asked
# English has too many ways to say it for a list; as `fold` writes them, without politeness.
_ENOUGH = re.compile(
    r"(stop|quit) (texting|messaging|contacting|spamming|writing)( to)? (me|us)( any ?more| again)?"
    r"|(do not|don t|dont|never) (text|message|contact|spam|write)( to)? (me|us)( any ?more| again)?"
    r"|(stop|quit|do not|don t|dont|never) (sending|send)( me| us)?( any| all| the| these| those| your| more)*"
    r" (texts|messages|text messages|sms)( to (me|us))?( any ?more| again)?"
    r"|(stop|end|cancel|no more)( all| the| these| those| your)* (texts|messages|text messages|sms)"
    r"|(take me off|remove me from|unsubscribe me from|opt me out of)( all| the| this| these| your)*"
    r" (list|mailing list|texts|messages|text messages|sms)"
)
_SIGNATURE = re.compile(
    r"\n\s*(--|sent from|get outlook|von mein|gesendet (mit|von)|enviado d|envoyé d|나의 \S+에서 보냄).*",
    re.I | re.DOTALL,
)
YES = "yes"  # starts again what was stopped; an answer like any other when nothing was

ANSWERS: Mapping[str, Mapping[Kind, str]] = {
    "en": {
        "stop": "You will get no more messages from us. Write START if you want them again.",
        "start": "You will get our messages again. Write STOP to end them.",
        "help": "Write to us in your own words, or call us. Write STOP if you want no more messages.",
    },
    "de": {
        "stop": "Sie erhalten keine Nachrichten mehr von uns. Mit START erhalten Sie sie wieder.",
        "start": "Sie erhalten wieder Nachrichten von uns. Mit STOP beenden Sie das.",
        "help": "Schreiben Sie uns, was Sie möchten, oder rufen Sie an. STOP beendet unsere Nachrichten.",
    },
    "es": {
        "stop": "No recibirá más mensajes nuestros. Escriba START si los quiere de nuevo.",
        "start": "Volverá a recibir nuestros mensajes. Escriba STOP para dejar de recibirlos.",
        "help": "Escríbanos con sus palabras o llámenos. Escriba STOP si no quiere más mensajes.",
    },
    "fr": {
        "stop": "Vous ne recevrez plus de messages de notre part. Écrivez START pour en recevoir à nouveau.",
        "start": "Vous recevrez à nouveau nos messages. Écrivez STOP pour ne plus en recevoir.",
        "help": "Écrivez-nous avec vos mots ou appelez-nous. Écrivez STOP pour ne plus recevoir de messages.",
    },
    "ko": {
        "stop": "더 이상 메시지를 보내지 않겠습니다. 다시 받으시려면 START를 보내 주세요.",
        "start": "메시지를 다시 보내 드리겠습니다. 그만 받으시려면 STOP을 보내 주세요.",
        "help": "원하시는 내용을 보내 주시거나 전화해 주세요. 메시지를 원치 않으시면 STOP을 보내 주세요.",
    },
}


@dataclass(frozen=True, slots=True)
class Wish:
    """`language`: of the word. `carriers_own`: the carrier takes the word too, and has answered it. `certain`: it can
    be no answer to a question."""

    kind: Kind
    language: str
    carriers_own: bool
    certain: bool = True

    @property
    def answer(self) -> str:
        return ANSWERS[self.language][self.kind]


def wish_of(text: str, *, stopped: bool = False) -> Wish | None:
    """What a message wants of our messages; None: it is about something else. `stopped`: this customer gets none
    now."""
    unsigned = _SIGNATURE.sub("", text)
    if len(unsigned) > LONGEST:
        return None
    words = _fold(unsigned)
    if stopped and words == YES:
        return Wish("start", "en", carriers_own=True)
    plain = words if words in _WISHES else _plain(words)
    if _ENOUGH.fullmatch(plain):
        return Wish("stop", "en", carriers_own=False)
    if plain not in _WISHES:
        return None
    return Wish(*_WISHES[plain], carriers_own=_spaced(text.casefold()) in CARRIERS_OWN, certain=plain in CERTAIN)


def _fold(text: str) -> str:
    """Words without case, width, accents and punctuation, a repeated one once, spelled ones whole; Korean syllables
    stay whole."""
    bare = "".join(c for c in unicodedata.normalize("NFKD", text.casefold()) if unicodedata.category(c) != "Mn")
    words = _spaced(unicodedata.normalize("NFC", bare)).split()
    if len(words) > 2 and all(len(word) == 1 for word in words):  # s.t.o.p
        words = ["".join(words)]
    return " ".join(word for word, _ in groupby(words))


def _spaced(text: str) -> str:
    """Its words, with a space between them."""
    return " ".join(re.sub(r"[\W_]+", " ", text).split())


def _plain(words: str) -> str:
    return " ".join(word for word in words.split() if word not in _POLITE)


def _wishes() -> Iterable[tuple[str, tuple[Kind, str]]]:
    for language, kinds in _WORDS.items():
        for kind, words in kinds.items():
            for word in _listed(words):
                yield _fold(word), (kind, language)


_WISHES: Mapping[str, tuple[Kind, str]] = dict(_wishes())
