"""services.yaml: what it becomes, and that what could lead elsewhere is refused with its line and its remedy."""

from __future__ import annotations

from ipaddress import ip_address, ip_network

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ivr.engine.allow import Allow, HostRule, NetworkRule
from ivr.engine.loader import MenuMistakes, load, load_services
from ivr.engine.loader.address import entry, rule
from ivr.engine.services import IDEMPOTENCY_KEY, AnswerField, KeyHeader, SecretRef, Services
from ivr.engine.steps import Ref


def one(fields: str, allow: str = "[crm.example]", secrets: str = "[TOKEN]") -> str:
    return f"allow: {allow}\nsecrets: {secrets}\nservices:\n  it: {{{fields}}}\n"


def told(text: str) -> list[str]:
    try:
        load_services(text, "services.yaml")
    except MenuMistakes as mistakes:
        return str(mistakes).splitlines()
    return []


def test_all_that_can_be_said_of_a_service() -> None:
    text = """
allow: [crm.example, "*.shop.example:8443", 10.1.0.0/16]
secrets: [CRM_TOKEN]
services:
  crm.note:
    url: https://crm.example/n/{id}?for={name}
    method: PATCH
    body: form
    headers: {Authorization: "Bearer {secret:CRM_TOKEN}", X-Note: "{{1}}"}
    timeout: 5s
    retries: 2
    idempotent: yes
    answer:
      done: ok
      eta: order.items[0].eta
      state: {path: order.state, values: {D: delivered}, default: unknown}
      own: {default: none}
    missing: {state: unknown}
"""
    services = load_services(text, "services.yaml")
    assert services.allow == Allow(
        (HostRule("crm.example"), HostRule("*.shop.example", 8443)), (NetworkRule(ip_network("10.1.0.0/16")),)
    )
    spec = services["crm.note"]
    assert spec.url == ("https://crm.example/n/", Ref("id"), "?for=", Ref("name"))
    assert (spec.method, spec.body, spec.timeout, spec.retries) == ("PATCH", "form", 5, 2)
    assert (spec.in_url, spec.has_body, spec.is_demo, spec.secrets) == ({"id", "name"}, True, False, {"CRM_TOKEN"})
    assert spec.headers == {"Authorization": ("Bearer ", SecretRef("CRM_TOKEN")), "X-Note": ("{", "1", "}")}
    assert spec.answer == {
        "done": AnswerField(("ok",)),
        "eta": AnswerField(("order", "items", 0, "eta")),
        "state": AnswerField(("order", "state"), {"D": "delivered"}, "unknown"),
        "own": AnswerField(("own",), None, "none"),
    }
    assert spec.missing == {"state": "unknown"}


def test_what_need_not_be_said() -> None:
    spec = load_services("services: {it: {url: 'demo:/x', answer: [a, b.c]}}", "services.yaml")["it"]
    assert (spec.method, spec.timeout, spec.retries, spec.missing, spec.is_demo) == ("GET", 3, 0, None, True)
    assert spec.answer == {"a": AnswerField(("a",)), "b.c": AnswerField(("b", "c"))}


@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE"])
@pytest.mark.parametrize(
    ("spelt", "header"),
    [
        *((spelt, None) for spelt in ("no", "No", "false", "off", "OFF", '"no"')),
        *((spelt, IDEMPOTENCY_KEY) for spelt in ("yes", "true", "True", "on")),
        ("X-Request-Id", KeyHeader("X-Request-Id")),
    ],
)
def test_a_key_that_is_wanted_or_not_is_no_header_of_that_name(method: str, spelt: str, header: KeyHeader) -> None:
    found = load_services(one(f"url: 'demo:/x', method: {method}, idempotency_key: {spelt}"), "services.yaml")
    assert found["it"].key_header == header


def test_what_is_only_looked_up_has_no_key_and_may_send_what_it_likes() -> None:
    found = load_services(one("url: 'demo:/x', headers: {Idempotency-Key: '1'}"), "services.yaml")
    assert found["it"].key_header is None


@pytest.mark.parametrize(
    ("text", "part"),
    [
        ("services: {a: {}}", "url is missing"),
        ("services: {a: {url: 'demo:/x', methd: GET}}", '"methd" is no key of a; did you mean "method"?'),
        (one("url: 'demo:/x', idempotency_ky: no"), 'no key of it; did you mean "idempotency_key"?'),
        ("{}", "services is missing"),
        (one("url: 'demo:/x', retries: 9"), 'retries: "9" is not possible here; write a whole number from 0 to 5'),
        (one("url: 'demo:/x', method: POST, retries: 1"), "this POST is not idempotent; take retries away, or write"),
        (one("url: 'demo:/x', idempotent: no, retries: 1"), "this GET is not idempotent"),
        (one("url: 'demo:/x', body: form"), "a GET has no body"),
        (one("url: 'demo:/x', idempotency_key: no"), "a GET changes nothing and needs no key; take it away"),
        (
            one("url: 'demo:/x', method: POST, idempotency_key: 'a b'"),
            "cannot be the header of the key; write its name",
        ),
        (one("url: 'demo:/x', method: POST, idempotency_key: host"), '"host" cannot be the header of the key'),
        (
            one("url: 'demo:/x', method: POST, headers: {idempotency-key: '1'}"),
            "headers sets Idempotency-Key, which names one asking and must differ from the next; take it away",
        ),
        (one("url: 'demo:/x', headers: {Host: x}"), 'header "Host" cannot be set'),
        (one("url: 'demo:/x', headers: {'A B': x}"), 'header "A B" cannot be set'),
        (one("url: 'demo:/x', headers: {A: 'ä'}"), "A: it holds characters that no header can carry"),
        (one(r'url: "demo:/x", headers: {A: "a\r\nB: b"}'), "A: it holds characters that no header can carry"),
        (one("url: 'demo:/x', headers: {A: '{order}'}"), '"{order}" cannot stand in a header; write {secret:NAME}'),
        (one("url: 'demo:/x', headers: {A: '{secret:TOKN}'}"), 'secret "TOKN" is not declared; did you mean "TOKEN"?'),
        (one("url: 'demo:/x'", secrets="[a-b]"), 'secrets: "a-b" is not the name of a secret'),
        (one("url: 'demo:/x'", secrets="[ab, AB]"), "a secret is there twice"),
        (one("url: 'demo:/x', answer: {a: 'b..c'}"), 'a: "b..c" is no place in an answer; write a key, or a way'),
        (one("url: 'demo:/x', answer: ['a[x]']"), 'answer: "a[x]" is no place in an answer'),
        (one("url: 'demo:/x', answer: {a: {pth: b}}"), '"pth" is no key of a; did you mean "path"?'),
        (one("url: 'demo:/x', answer: [status], missing: {stats: x}"), '"stats" is no value of answer; did you mean'),
    ],
)
def test_what_cannot_be_said_of_a_service(text: str, part: str) -> None:
    [line] = told(text)
    assert part in line


@pytest.mark.parametrize(
    ("url", "part"),
    [
        ("https://{host}/x", "url: it is no address"),
        ("https://crm.example", "url: it is no address"),
        ("https://crm.{host}.example/x", "url: it is no address"),
        ("https://crm.example:{port}/x", "url: it is no address"),
        ("{all}", "url: it is no address"),
        ("file:///etc/passwd", "write https://host/path/{argument}, or demo:/path"),
        ("ftp://crm.example/x", "url: it is no address"),
        ("HTTPS:/crm.example/x", "url: it is no address"),
        ("//crm.example/x", "url: it is no address"),
        ("https://user@crm.example/", "cannot stand in it"),
        ("https://user:pw@crm.example/", "cannot stand in it; send them in a header, by {secret:NAME}"),
        ("https://crm.example@evil.example/", "a name and a password cannot stand in it"),
        ("https://crm.example\\@evil.example/", "a name and a password cannot stand in it"),
        ("https://crm.example/a\\b", "characters that no address has"),
        ("https://crm.example/a#b", "characters that no address has"),
        ("https://crm.example/a b", "characters that no address has"),
        ("https://crm.example/ä", "characters that no address has"),
        ("https://crm.example/%zz", "characters that no address has"),
        ("https://crm.example/../x", "it has . or .. in its path"),
        ("https://crm.example/%2e%2E/x", "it has . or .. in its path"),
        ("https://crm.example/./{x}", "it has . or .. in its path"),
        ("https://crm.example/{x:digits}", "{x} has a format"),
        ("https://crm.example/{a.b}", '"a.b" is not a name'),
        ("https://crm.example/{x!r}", "{x!r} is not a name"),
        ("https://2130706433/x", '"2130706433" is not an IPv4 address'),
        ("https://127.1/x", '"127.1" is not an IPv4 address'),
        ("https://0x7f.0.0.1/x", '"0x7f.0.0.1" is not an IPv4 address'),
        ("https://0x7f000001/x", "is not an IPv4 address"),
        ("https://0177.0.0.1/x", '"0177.0.0.1" is not an IPv4 address; write its four numbers, without zeros'),
        ("https://1.2.3.4.5/x", "is not an IPv4 address"),
        ("https://127。0。0。1/x", "is not the name of a host"),
        ("https://crm。example/x", "is not the name of a host"),
        ("https://ｃrm.example/x", "write other scripts as xn--"),
        ("https://crm%2eexample/x", "is not the name of a host"),
        ("https://crm.example./x", "is not the name of a host"),
        ("https://crm..example/x", "is not the name of a host"),
        ("https://-crm.example/x", "is not the name of a host"),
        ("https://[::1%25eth0]/x", '"[::1%25eth0]" is not a host'),
        ("https://[::1/x", "is not a host"),
        ("https://[1.2.3.4]/x", "is not an IPv6 address"),
        ("https://crm.example:/x", "is not a host"),
        ("https://crm.example:99999/x", "is not a host"),
        ("https://crm.example:0/x", "is not a host"),
        ("https://crm.example:80:80/x", "is not a host"),
        ("http:///x", "is not a host"),
    ],
)
def test_addresses_with_which_programs_have_been_deceived(url: str, part: str) -> None:
    lines = told(one(f"url: '{url}'", allow="[crm.example, '*.example']" if "{" in url else "[crm.example]"))
    assert any(part in line for line in lines), lines
    assert all(line.startswith("services.yaml:") for line in lines)


@pytest.mark.parametrize(
    ("allow", "url", "remedy"),
    [
        ("", "https://crm.example/x", "add to the file, beside services: allow: [crm.example]"),
        ("[a.example]", "https://crm.example/x", "add it to allow: - crm.example"),
        ("[crm.example]", "https://crm.example:8443/x", "add it to allow: - crm.example:8443"),
        ("['crm.example:8443']", "https://crm.example/x", "add it to allow: - crm.example"),
        ("['*.crm.example']", "https://crm.example/x", "add it to allow: - crm.example"),
        ("['*.crm.example']", "https://evilcrm.example/x", "add it to allow: - evilcrm.example"),
        ("[10.1.0.0/16]", "http://10.2.0.1/x", "add it to allow: - 10.2.0.1"),
        ("[10.1.0.0/16]", "http://10.1.0.1:8080/x", "add it to allow: - 10.1.0.1:8080"),
        ("[crm.example]", "http://localhost/x", "add it to allow: - localhost"),
        ("[crm.example]", "http://127.0.0.1/x", "add it to allow: - 127.0.0.1"),
        ("[crm.example]", "http://[::1]:80/x", "add it to allow: - '::1'"),
        ("[crm.example]", "http://[0:0::1]:8080/x", "add it to allow: - '[::1]:8080'"),
        ("[127.0.0.0/8]", "http://[::ffff:127.0.0.1]/x", "add it to allow: - '::ffff:7f00:1'"),
    ],
)
def test_a_host_that_allow_does_not_list(allow: str, url: str, remedy: str) -> None:
    text = one(f"url: '{url}'", allow=allow) if allow else f"services:\n  it: {{url: '{url}'}}\n"
    [line] = told(text)
    assert line.startswith("services.yaml:4:" if allow else "services.yaml:2:")
    assert "url" not in line.split(";")[1]
    assert line.endswith(f"; {remedy}")
    wanted = remedy.partition("[")[2][:-1] if "beside" in remedy else remedy.partition("- ")[2]
    listed = f"allow: [{wanted}]\n" + text.partition("secrets:")[1] + text.partition("secrets:")[2]
    assert told(listed if allow else f"allow: [{wanted}]\n{text}") == []  # whoever follows it is done


@pytest.mark.parametrize(
    ("entry_", "part"),
    [
        ("https://crm.example/", "write the host alone"),
        ("10.1.2.3/16", "did you mean 10.1.0.0/16?"),
        ("10.1.0.0/255.255.0.0", "did you mean 10.1.0.0/16?"),
        ("10.1.0.0/99", "is not a network"),
        ("0.0.0.0/0", "is nearly everything"),
        ("::/0", "is nearly everything"),
        ("*", "is not the name of a host"),
        ("*.com", "write it as *.example.com, or list the hosts"),
        ("*.1.2.3.4", "write it as *.example.com, or list the hosts"),
        ("a.*.example", "is not the name of a host"),
        ("user@crm.example", "is not the name of a host"),
        ("127.1", "is not an IPv4 address"),
        ("crm.example:0", "is not a host"),
        ("fe80::1%eth0", "is not a host"),
    ],
)
def test_what_cannot_be_allowed(entry_: str, part: str) -> None:
    lines = told(one("url: 'demo:/x'", allow=f"['{entry_}']"))
    assert len(lines) == 1
    assert part in lines[0]


def test_what_is_allowed_and_what_is_not() -> None:
    allow = Allow(
        (HostRule("crm.example"), HostRule("*.shop.example", 8443)), (NetworkRule(ip_network("10.1.0.0/16")),)
    )
    assert allow.names("https", "crm.example", 443)
    assert allow.names("http", "crm.example", 80)
    assert not allow.names("http", "crm.example", 443)
    assert not allow.names("https", "crm.example", 22)
    assert not allow.names("https", "a.crm.example", 443)
    assert allow.names("https", "a.b.shop.example", 8443)
    assert not allow.names("https", "shop.example", 8443)
    assert not allow.names("https", ".shop.example.evil", 8443)
    assert allow.names("http", "10.1.0.7", 80)
    assert not allow.names("http", "10.1.0.7", 6379)
    assert allow.reaches(ip_address("10.1.0.7"), 8443)  # a listed name may lead there, at its own port
    assert allow.reaches(ip_address("93.184.216.34"), 443)
    assert not allow.reaches(ip_address("10.2.0.7"), 443)
    one_port = Allow(networks=(NetworkRule(ip_network("127.0.0.1/32"), 8080),))
    assert one_port.reaches(ip_address("127.0.0.1"), 8080)
    assert one_port.reaches(ip_address("::ffff:127.0.0.1"), 8080)
    assert not one_port.reaches(ip_address("127.0.0.1"), 6379)


@given(st.ip_addresses(v=4))
def test_no_disguise_makes_an_address_public(address: object) -> None:
    """An IPv4 address may be written inside an IPv6 one; that changes nothing."""
    allow, number = Allow(), int(address)  # type: ignore[call-overload]
    plain = allow.reaches(ip_address(number), 80)
    for disguise in (0xFFFF << 32 | number, (0x64FF9B << 96) | number, (0x2002 << 112) | (number << 80)):
        assert allow.reaches(ip_address(disguise), 80) == plain


@given(st.ip_addresses(), st.integers(1, 65535))
def test_the_line_that_is_proposed_is_the_line_that_helps(address: object, port: int) -> None:
    written = entry("http", str(address), port).strip("'")
    found = rule(written)
    assert isinstance(found, NetworkRule)
    assert Allow(networks=(found,)).names("http", str(address), port)


def test_services_are_a_mapping_by_name() -> None:
    services = load_services(one("url: 'demo:/{x}', answer: [a]"), "services.yaml")
    assert list(services) == ["it"]
    assert Services() == Services({}, Allow())
    invoke = "{service: it, with: {y: '1'}, save: [b]}"
    menu = f"menu: m\nstart: a\nsteps:\n  a: {{invoke: {invoke}, done: e, failed: e}}\n  e: {{end: Bye.}}\n"
    with pytest.raises(MenuMistakes) as mistakes:
        load(menu, "m.yaml", services)
    assert "service it needs x" in str(mistakes.value)
    assert 'service it does not answer "b"' in str(mistakes.value)
