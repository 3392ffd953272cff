"""A look at Twilio from outside, for `segue doctor`: whether our public address leads to us, signatures and all;
whether our credentials are taken; whether the numbers of the account lead to us. Changes nothing."""

from __future__ import annotations

import secrets as dice
from collections.abc import Collection, Iterator, Mapping, Sequence
from urllib.parse import parse_qsl, urlencode, urlsplit

import aiohttp

from ivr.channels.twilio_account import Account
from ivr.channels.twilio_door import socket_of
from ivr.channels.twilio_proof import PATH, proof
from ivr.channels.twilio_rest import Number, Refused, Rest, Unknown, Unreached
from ivr.channels.twilio_signature import SETTINGS, SIGNATURE, Secrets, form_content, sign
from ivr.settings import Settings, listed
from ivr.sight import Sight

PATIENCE = 10.0  # seconds for each answer
FORM = "application/x-www-form-urlencoded"
SET_IT = "set it in Twilio's console under Phone numbers, Active numbers"


async def survey(settings: Settings, menus: Collection[str] = ()) -> Sequence[Sight]:
    """What there is to say; nothing where no account is set. `menus`: those that a number's address may name; empty:
    they are not known."""
    if not settings.twilio_account:
        return []
    account = Account.of(settings)
    token = next(iter(account.secrets.tokens), "")
    async with Rest(account.sid, account.sid, token, settings.twilio_url) as rest:
        return [*await _address(settings.url, account), *await _api(rest, settings, menus)]


async def _address(public: str, account: Account) -> list[Sight]:
    """Whoever answers at our public address: are they us, and do they take what Twilio signs, and nothing else?"""
    found = []
    if urlsplit(public).scheme != "https":
        remedy = "set IVR_PUBLIC_URL to an https address: what customers say and key in would cross the net in clear"
        found.append(Sight(f"{public} is not encrypted", remedy))
    nonce = dice.token_hex(16)
    fields = {"AccountSid": account.sid, "Nonce": nonce}
    timeout = aiohttp.ClientTimeout(total=PATIENCE)
    async with aiohttp.ClientSession(timeout=timeout) as http:
        try:
            status, text = await _post(http, public + PATH, fields, _signature(account.secrets, public + PATH, fields))
            forged, _ = await _post(http, public + PATH, fields, {SIGNATURE: "Zm9yZ2Vk"})
            streams = [await _streams(http, public, account.secrets)] if account.our_ears and status == 200 else []
        except aiohttp.ClientConnectorCertificateError:
            remedy = "Twilio takes certificates of public authorities only; give the proxy one"
            return [*found, Sight(f"the certificate of {public} is not trusted", remedy)]
        except (aiohttp.ClientError, TimeoutError, ValueError) as error:
            remedy = "start the server, open the way to it, or correct IVR_PUBLIC_URL"
            return [*found, Sight(f"{public} cannot be reached ({type(error).__name__})", remedy)]
    return [*found, *_told(public, account.secrets, nonce, status, text, forged), *streams]


def _told(public: str, secrets: Secrets, nonce: str, status: int, text: str, forged: int) -> Iterator[Sight]:
    if status == 403:
        remedy = (
            "start the server with this IVR_PUBLIC_URL, these IVR_TWILIO_TOKENS and this IVR_TWILIO_ACCOUNT; "
            "a proxy may change host and port, but not the path"
        )
        yield Sight(f"{public} refuses what is signed as Twilio signs", remedy)
    elif status != 200:
        remedy = "lead /twilio/ there to this server, and start it with IVR_TWILIO_ACCOUNT"
        yield Sight(f"{public}{PATH} answers {status}", remedy)
    elif text != proof(secrets, nonce):
        remedy = (
            "correct IVR_PUBLIC_URL, or where the proxy leads; if it is this server, start it with the "
            "IVR_TWILIO_TOKENS and IVR_TWILIO_SHARED_KEYS that are set here"
        )
        yield Sight(f"what answers at {public} is not this server, or has other secrets", remedy)
    else:
        yield Sight(f"{public} is this server, and takes what is signed as Twilio signs")
    if status != 404 and forged != 403:
        remedy = "look for what answers there in the server's place: anybody could take calls in a customer's name"
        yield Sight(f"{public} answers {forged} to a wrong signature, not 403", remedy)


async def _post(
    http: aiohttp.ClientSession, url: str, fields: Mapping[str, str], headers: Mapping[str, str]
) -> tuple[int, str]:
    """A redirect is an answer: Twilio would sign the other address."""
    body, headers = urlencode(fields).encode(), {"Content-Type": FORM, **headers}
    async with http.post(url, data=body, headers=headers, allow_redirects=False) as response:
        return response.status, (await response.content.read(1024)).decode("utf-8", "replace")


async def _streams(http: aiohttp.ClientSession, public: str, secrets: Secrets) -> Sight:
    """Whether WebSockets come through: a proxy has to be told to let them."""
    url = f"{socket_of(public)}/twilio/media/0.0"
    try:
        async with http.ws_connect(url, headers=_signature(secrets, url, {})):
            return Sight(f"{public} lets media streams through")
    except (aiohttp.ClientError, TimeoutError) as error:  # the address itself has answered
        remedy = "let the proxy pass WebSockets on, or start the server with this IVR_TWILIO_EARS"
        status = error.status if isinstance(error, aiohttp.WSServerHandshakeError) else 0
        told = f"answers {status}" if status else f"gives no answer ({type(error).__name__})"
        return Sight(f"{public} {told} to a WebSocket at /twilio/media/", remedy)


def _signature(secrets: Secrets, url: str, fields: Mapping[str, str]) -> dict[str, str]:
    content = form_content(list(fields.items()))
    if secrets.tokens:
        return {SIGNATURE: sign(secrets.tokens[0], url, content)}
    name, secret = next(iter(secrets.shared.items()))
    return {SIGNATURE: sign(secret, url, content, "sha256"), SETTINGS: f"key={name},algorithm=HMAC_SHA256"}


async def _api(rest: Rest, settings: Settings, menus: Collection[str]) -> list[Sight]:
    try:
        state = await rest.check()
        numbers = await rest.numbers()
    except Refused as error:
        if error.busy:
            return [Sight("Twilio's REST API is too busy", "run segue doctor again in a minute")]
        remedy = "correct IVR_TWILIO_ACCOUNT, and the first of IVR_TWILIO_TOKENS"
        return [Sight(f"Twilio's REST API refuses our credentials ({error.code or error.status})", remedy)]
    except (Unknown, Unreached) as error:
        remedy = "let this machine reach https://api.twilio.com, or correct IVR_TWILIO_URL"
        return [Sight(f"Twilio's REST API does not answer ({error})", remedy)]
    if state != "active":
        return [Sight(f"the account is {state}", "Twilio's console says why")]
    return [Sight("Twilio's REST API takes our credentials"), *_numbers(numbers, settings, menus)]


def _numbers(numbers: Sequence[Number], settings: Settings, menus: Collection[str]) -> Iterator[Sight]:
    """Those that lead to us or are ours to send from; others of the account are not our business."""
    url, senders = settings.url, set(listed(settings.twilio_senders))
    ours = [one for one in numbers if one.number in senders or one.voice.startswith(url) or one.sms.startswith(url)]
    if not ours:
        yield Sight(
            "no number of the account leads to us", f"{SET_IT}, your number: A call comes in, {url}/twilio/voice"
        )
    pooled = any(sender.startswith("MG") for sender in senders)  # then its service says where messages go
    for one in ours:
        yield from _number(one, url, menus, texts=one.texts and not pooled)
    for missing in sorted(senders - {one.number for one in numbers}):
        if missing.startswith("+"):
            yield Sight(f"{missing} is no number of the account", "correct IVR_TWILIO_SENDERS")


def _number(one: Number, url: str, menus: Collection[str], *, texts: bool) -> Iterator[Sight]:
    wanted = (
        ("A call comes in", one.voice, f"{url}/twilio/voice", one.calls),
        ("Primary handler fails", one.fallback, f"{url}/twilio/fallback", one.calls),
        ("Call status changes", one.status, f"{url}/twilio/status", one.calls),
        ("A message comes in", one.sms, f"{url}/twilio/message", texts),
        ("Primary handler fails (of messages)", one.sms_fallback, f"{url}/twilio/message-fallback", texts),
    )
    wrong = [(name, there, should) for name, there, should, applies in wanted if applies and _bare(there) != should]
    for name, there, should in wrong:
        state = f"{one.number}: {name} is {there or 'empty'}"
        yield Sight(state, f"{SET_IT}: {should}")
    unknown = [menu for menu in (_menu(one.voice), _menu(one.sms)) if menu and menus and menu not in menus]
    for menu in dict.fromkeys(unknown):
        remedy = f"name one that is there in its address, or none: {', '.join(sorted(menus))}"
        yield Sight(f"{one.number} leads to the menu {menu}, which is not there", remedy)
    if one.application:
        remedy = "choose Webhook in its place: the application's addresses win over the number's"
        yield Sight(f"{one.number} is configured with a TwiML app", remedy)
    if not wrong and not unknown and not one.application:
        yield Sight(f"{one.number} leads to us")


def _bare(address: str) -> str:
    """Without the menu and the language that it may name, and without overrides (#rc=2), which Twilio keeps."""
    return urlsplit(address)._replace(query="", fragment="").geturl()


def _menu(address: str) -> str:
    return dict(parse_qsl(urlsplit(address).query)).get("menu", "")
