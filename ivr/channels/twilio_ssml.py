"""A wording with marks (`ivr.engine.markup`) as SSML in a Say, as far as its voice takes it. Pure.

Twilio hands SSML on to Amazon and Google, and the call fails where a voice does not know a mark (errors 13520, 13521).
So only voices of theirs that are named get any. Amazon's neural and newer voices know no emphasis
(docs.aws.amazon.com/polly/latest/dg/supportedtags.html), and Google's Chirp voices know no SSML at all.
"""

from __future__ import annotations

from html import unescape

from twilio.twiml import GenericNode, TwiML

from ivr.engine.markup import MARKS, Tag, tokens

WITHOUT_EMPHASIS = ("-Neural", "-Generative")
DEFAULTS = {"break": "500ms", "emphasis": "moderate"}


def takes_marks(voice: str) -> bool:
    return voice.startswith("Polly.") or (voice.startswith("Google.") and "Chirp" not in voice)


def speak_marked(into: TwiML, markup: str, voice: str) -> None:
    """Put the wording into a Say. A mark that the voice does not know is left out, its words stay."""
    nodes = [into]
    for token in tokens(markup):
        match token:
            case Tag(kind="close"):
                nodes = nodes[:-1] or [into]
            case Tag(name=name) if name in MARKS:
                node = _node(token) if _knows(voice, name) else nodes[-1]
                if node is not nodes[-1]:
                    nodes[-1].append(node)
                if token.kind == "open":
                    nodes.append(node)
            case Tag():
                nodes[-1].append(token.written)
            case words:
                nodes[-1].append(unescape(words))


def _node(tag: Tag) -> TwiML:
    name = MARKS[tag.name].attribute
    return GenericNode(tag.name, None, **{name: tag.attributes.get(name) or DEFAULTS.get(tag.name, "")})


def _knows(voice: str, mark: str) -> bool:
    return mark != "emphasis" or not voice.endswith(WITHOUT_EMPHASIS)
