"""Addresses in services.yaml: of a service, and of what `allow` lists. Each function raises `Unfit` with the remedy.

Only the one regular form of an address is taken. What programs read differently (a name and a password, backslashes,
dots of other scripts, hosts as one number) has been the way past many an allow-list.
"""

from __future__ import annotations

import re
from ipaddress import IPv4Address, IPv6Address, ip_network
from urllib.parse import unquote

from ivr.engine.allow import DEFAULT_PORTS, Allow, HostRule, Network, NetworkRule, literal
from ivr.engine.loader import template, values
from ivr.engine.loader.mistakes import Unfit, quoted
from ivr.engine.steps import Ref, Template

FORM = "write https://host/path/{argument}, or demo:/path for the demo back office"
ABSOLUTE = re.compile(r"(https?)://([^/?#]*)/", re.ASCII)
AUTHORITY = re.compile(r"(\[[0-9A-Fa-f:.]+\]|[^:\[\]]+)(?::(\d{1,5}))?", re.ASCII)
LABEL = re.compile(r"[A-Za-z0-9_]([A-Za-z0-9_-]{0,61}[A-Za-z0-9])?", re.ASCII)
NUMERIC = re.compile(r"\d+|0[xX][0-9A-Fa-f]*", re.ASCII)  # as last label: browsers and libc read it as an IPv4 address
PLAIN = re.compile(r"(?:[!$&-;=?-\[\]_a-z~]|%[0-9A-Fa-f]{2})*", re.ASCII)  # RFC 3986 without # and quotes
WIDEST = 7  # bits of the widest network that `allow` takes: fc00::/7; 10.0.0.0/8 is narrower


def url(text: str) -> Template:
    """The address of a service, with `{argument}`s behind the first slash of its path."""
    parts = template.parse(text)
    first = parts[0] if parts and isinstance(parts[0], str) else ""
    if not first.startswith("demo:/"):
        target(parts)
    for part in parts:
        if isinstance(part, Ref):
            _argument(part)
        elif not PLAIN.fullmatch(part):
            raise Unfit("it holds characters that no address has", "write them as %20, %C3%A9 and so on; leave out #")
    path = "".join(part if isinstance(part, str) else "x" for part in parts).partition("?")[0]
    if any(unquote(segment) in {".", ".."} for segment in path.split("/")):
        raise Unfit("it has . or .. in its path", "write the path that it stands for")
    return parts


def target(parts: Template) -> tuple[str, str, int]:
    """Scheme, host and port that a parsed address leads to."""
    found = ABSOLUTE.match(str(parts[0])) if parts else None
    if not found:
        raise Unfit("it is no address", FORM)
    if "@" in found[2]:
        raise Unfit("a name and a password cannot stand in it", "send them in a header, by {secret:NAME}")
    host, port = _authority(found[2])
    return found[1], host, port or DEFAULT_PORTS[found[1]]


def rule(text: str) -> HostRule | NetworkRule:
    """An entry of `allow`: a host, `*.` and a domain, an address, each maybe with a port; or a network."""
    if "://" in text:
        raise Unfit(f"{quoted(text)} is not a host", "write the host alone, and :port if it is not 80 or 443")
    if "/" in text:
        return NetworkRule(_network(text))
    bare_v6 = text.count(":") > 1 and not text.startswith("[")
    wild = text.startswith("*.")
    host, port = _authority(f"[{text}]" if bare_v6 else text.removeprefix("*."))
    if wild and ("." not in host or literal(host)):
        raise Unfit(f"{quoted(text)} is not possible", "write it as *.example.com, or list the hosts")
    if address := literal(host):
        return NetworkRule(ip_network(address), port)
    return HostRule(f"*.{host}" if wild else host, port)


def entry(scheme: str, host: str, port: int) -> str:
    """What to write under `allow` so that this host may be asked."""
    default = port == DEFAULT_PORTS[scheme]
    if ":" in host:  # in quotes, for YAML
        return f"'{host}'" if default else f"'[{host}]:{port}'"
    return host if default else f"{host}:{port}"


def remedy(allow: Allow, wanted: str) -> str:
    if allow.hosts or allow.networks:
        return f"add it to allow: - {wanted}"
    return f"add to the file, beside services: allow: [{wanted}]"


def _authority(text: str) -> tuple[str, int | None]:
    """Host in lower case, IPv6 without brackets, and port."""
    found = AUTHORITY.fullmatch(text)
    if not found or (found[2] and not 1 <= int(found[2]) <= 65535):
        raise Unfit(f"{quoted(text)} is not a host", "write crm.example.com, 10.1.2.3 or [fd00::1], maybe with :port")
    return _host(found[1].lower()), int(found[2]) if found[2] else None


def _host(host: str) -> str:
    if host.startswith("["):
        if isinstance(address := literal(host[1:-1]), IPv6Address):
            return str(address)
        raise Unfit(f"{quoted(host)} is not an IPv6 address", "write it as [fd00::1]")
    labels = host.split(".")
    if NUMERIC.fullmatch(labels[-1]):
        if isinstance(literal(host), IPv4Address):
            return host
        raise Unfit(f"{quoted(host)} is not an IPv4 address", "write its four numbers, without zeros before them")
    if len(host) > 253 or not all(LABEL.fullmatch(label) for label in labels):
        problem = f"{quoted(host)} is not the name of a host"
        raise Unfit(problem, "use letters, digits, - and dots between; write other scripts as xn--…")
    return host


def _network(text: str) -> Network:
    try:
        network = ip_network(text, strict=False)
    except ValueError as error:
        raise Unfit(f"{quoted(text)} is not a network", "write it as 10.1.0.0/16 or fd00:1::/32") from error
    if str(network) != text.lower():
        raise Unfit(f"{quoted(text)} is not the usual form of a network", f"did you mean {network}?")
    if network.prefixlen < WIDEST:
        raise Unfit(f"{quoted(text)} is nearly everything", "list the networks in which your back offices are")
    return network


def _argument(part: Ref) -> None:
    values.name(part.name)
    if part.format != "plain":
        raise Unfit(f"{{{part.name}}} has a format", "take it away; an address gets the bare value")
