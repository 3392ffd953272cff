"""Small words, by language: those that say nothing about which option is meant, and those that turn it round.

Known limit, by choice: a language without a list here has all its words compared, and no word of it turns anything
round.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache

from ivr.engine.languages import primary

FILLERS: Mapping[str, str] = {
    "en": """i id im ive ill d m ve ll s re a an the my your our me you we us it its this that to of for with about and
        or some on in at is are was be am have has had do does can could would will should want wanted need like love
        please just um uh er well so hi hello hey thanks thank looking calling call let get got give""",
    "de": """ich du sie wir mir mich mein meine meinen meiner meinem ihr ihre ihren der die das den dem des ein eine
        einen einer einem zu zum zur für mit über und oder auf in im an am von ist sind war bin habe hätte hab hat
        möchte will wollen würde gern gerne kann können könnte brauche bitte mal äh ähm also hallo danke es""",
    "es": """yo tú usted me mi mis su sus nos el la los las un una unos unas lo de del a al para por con sobre y o en
        que es son era soy tengo he ha quiero quisiera querría puedo puede podría necesito favor pues eh este bueno
        hola gracias""",
    "fr": """je j me m moi mon ma mes votre vos vous nous le la les l un une des du de d à au aux pour avec sur et ou
        en que qu est sont était suis ai a c ce veux voudrais voulais peux peut pourrais besoin aimerais s il te plaît
        plait euh ben alors bonjour salut merci y""",
    "ko": """저 제 저는 제가 나 좀 그 이 음 어 그냥 부탁 부탁해요 부탁합니다 주세요 싶어요 싶은데요 해주세요""",
}
NEGATIONS: Mapping[str, str] = {
    "en": "not t never no without cannot dont doesnt didnt isnt wont",  # t: what is left of don't
    "de": "nicht kein keine keinen nie niemals ohne nein",
    "es": "no nunca tampoco sin",
    "fr": "ne n pas jamais sans non aucun aucune",
    "ko": "안 못 아니 아니요 않아요 말고 없어요",
}


def content(words: list[str], language: str) -> list[str]:
    """What is left without fillers; all of it where nothing would be."""
    fillers = _words(FILLERS.get(primary(language), ""))
    return [word for word in words if word not in fillers] or words


def negates(words: list[str], language: str) -> bool:
    return not _words(NEGATIONS.get(primary(language), "")).isdisjoint(words)


@cache
def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())
