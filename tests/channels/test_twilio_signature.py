"""Signatures of webhooks: the vectors that Twilio publishes with its libraries, and the library itself as an oracle."""

from __future__ import annotations

import hashlib
import json
from urllib.parse import parse_qsl, urlencode

import pytest
from hypothesis import given
from hypothesis import strategies as st
from twilio.request_validator import RequestValidator

from ivr.channels.twilio_form import fields_of
from ivr.channels.twilio_signature import SETTINGS, SIGNATURE, Secrets, form_content, is_signed, sign

TOKEN = "12345"
URL = "https://mycompany.com/myapp.php?foo=1&bar=2"
CALL = [
    ("CallSid", "CA1234567890ABCDE"),
    ("Caller", "+14158675309"),
    ("Digits", "1234"),
    ("From", "+14158675309"),
    ("To", "+18005551212"),
]
BODY = b'{"property": "value", "boolean": true}'
HASH = "0a1ff7634d9ab3b95db5c9a2dfe9416e41502b283a80c7cf19632632f96e6620"
EMPTY_HASH = hashlib.sha256(b"{}").hexdigest()
FORM = "application/x-www-form-urlencoded"
SECRETS = Secrets((TOKEN,))

# name: address, fields, signature. From the tests of twilio-python and twilio-node (MIT), whose token is 12345.
FORMS = {
    "plain": (URL, CALL, "RSOYDt4T1cUTdK1PDd93/VVr8B8="),
    "https, a port that is not signed": (URL.replace(".com", ".com:1234"), CALL, "RSOYDt4T1cUTdK1PDd93/VVr8B8="),
    "http, a port that is signed": (
        URL.replace("https", "http").replace(".com", ".com:1234"),
        CALL,
        "Zmvh+3yNM1Phv2jhDCwEM3q5ebU=",
    ),
    "https, port 443 is signed": (URL, CALL, "kvajT1Ptam85bY51eRf/AJRuM3w="),
    "http, port 80 is signed": (URL.replace("https", "http"), CALL, "0ZXoZLH/DfblKGATFgpif+LLRf4="),
    "user and password": (URL.replace("//", "//user:pass@"), CALL, "CukzLTc1tT5dXEDIHm/tKBanW10="),
    "user alone": (URL.replace("//", "//user@"), CALL, "2YRLlVAflCqxaNicjMpJcSTgzSs="),
    "user and password, port 443 is signed": (
        URL.replace("//", "//user:pass@"),
        CALL,
        "ZQFR1PTIZXF2MXB8ZnKCvnnA+rI=",
    ),
    "an apostrophe in the query": (URL + "&Body=It's+amazing", CALL, "dsq4Ehbj6cs+KdTkpF5sSSplOWw="),
    "one name, two values": (
        URL,
        [("MessagingBinding.Address", "+1325xxxxxxx"), ("MessagingBinding.Address", "+1415xxxxxxx")],
        "83O6e2vORAoJHUNzJjDWN1jz+BA=",
    ),
    "one name, two values, the other way round": (
        URL,
        [("MessagingBinding.Address", "+1415xxxxxxx"), ("MessagingBinding.Address", "+1325xxxxxxx")],
        "83O6e2vORAoJHUNzJjDWN1jz+BA=",
    ),
    "a value twice": (
        URL,
        [("Sid", "CA123"), ("SidAccount", "AC123"), ("Digits", "5678"), ("Digits", "1234"), ("Digits", "1234")],
        "IK+Dwps556ElfBT0I3Rgjkr1wJU=",
    ),
}
BODIES = {
    "a body": (f"{URL}&bodySHA256={HASH}", BODY, "a9nBmqA0ju/hNViExpshrM61xv4="),
    "an empty object": (f"{URL}&bodySHA256={EMPTY_HASH}", b"{}", "Ldidvp12m26NI7eqEvxnEpkd9Hc="),
    "nothing else in the query": (
        f"https://mycompany.com/myapp.php?bodySHA256={HASH}",
        BODY,
        "y77kIzt2vzLz71DgmJGsen2scGs=",
    ),
}


def form(fields: list[tuple[str, str]]) -> bytes:
    return urlencode(fields).encode()


@pytest.mark.parametrize("name", FORMS)
def test_published_vectors_of_forms(name: str) -> None:
    url, fields, signature = FORMS[name]
    assert is_signed(SECRETS, url, {SIGNATURE: signature}, FORM, form(fields))
    assert not is_signed(SECRETS, url, {SIGNATURE: signature}, FORM, form([*fields, ("More", "1")]))
    assert not is_signed(Secrets(("other",)), url, {SIGNATURE: signature}, FORM, form(fields))


@pytest.mark.parametrize("claimed", ["application/json", FORM, "text/plain", ""])
@pytest.mark.parametrize("name", BODIES)
def test_published_vectors_of_bodies_whatever_their_type_claims(name: str, claimed: str) -> None:
    url, body, signature = BODIES[name]
    assert is_signed(SECRETS, url, {SIGNATURE: signature}, claimed, body)
    assert not is_signed(SECRETS, url, {SIGNATURE: signature}, claimed, body + b" ")
    assert not is_signed(SECRETS, url, {SIGNATURE: signature}, claimed, b"")


def test_an_address_that_was_cut_is_refused() -> None:
    url, body, signature = BODIES["a body"]
    assert not is_signed(SECRETS, url[:-1], {SIGNATURE: signature}, "application/json", body)


@pytest.mark.parametrize("wrong", [{}, {SIGNATURE: ""}, {SIGNATURE: "WRONG_SIGNATURE"}, {SIGNATURE: "\ud800é"}])
def test_no_signature_or_a_wrong_one_is_refused(wrong: dict[str, str]) -> None:
    assert not is_signed(SECRETS, URL, wrong, FORM, form(CALL))


def test_json_that_is_not_covered_by_the_signature_is_refused() -> None:
    """The address alone is signed rightly, and the body is anybody's."""
    signed = {SIGNATURE: sign(TOKEN, URL, "")}
    assert not is_signed(SECRETS, URL, signed, "application/json", json.dumps(dict(CALL)).encode())


def test_a_field_that_is_no_utf8_is_refused() -> None:
    body = b"From=%ff&\xff=1"
    assert not is_signed(SECRETS, URL, {SIGNATURE: sign(TOKEN, URL, "From\ufffd\ufffd1")}, FORM, body)


def test_a_handshake_of_a_websocket_is_signed_over_its_wss_address() -> None:
    url = "wss://mycompany.com/twilio/media"
    assert is_signed(SECRETS, url, {SIGNATURE: sign(TOKEN, url, "")}, "", b"")
    assert not is_signed(SECRETS, url, {SIGNATURE: sign(TOKEN, url.replace("wss", "https"), "")}, "", b"")


def test_both_tokens_are_taken_while_they_are_changed() -> None:
    both = Secrets(("new", "old"))
    for token in ("new", "old"):
        assert is_signed(both, URL, {SIGNATURE: sign(token, URL, form_content(CALL))}, FORM, form(CALL))
    assert not is_signed(Secrets(("new",)), URL, {SIGNATURE: sign("old", URL, form_content(CALL))}, FORM, form(CALL))


def test_a_shared_key_signs_with_its_own_secret_and_algorithm() -> None:
    secrets = Secrets((TOKEN,), {"key_1": "shared"})
    settings = {SETTINGS: "key=key_1,algorithm=HMAC_SHA256"}
    signature = sign("shared", URL, form_content(CALL), "sha256")
    assert is_signed(secrets, URL, settings | {SIGNATURE: signature}, FORM, form(CALL))
    assert signature == RequestValidator("shared").compute_signature(URL, dict(CALL), "HMAC_SHA256")
    for other in ("key=key_2,algorithm=HMAC_SHA256", "key=key_1,algorithm=HMAC_SHA1", "key=key_1,algorithm=MD5", ""):
        assert not is_signed(secrets, URL, {SETTINGS: other, SIGNATURE: signature}, FORM, form(CALL))
    by_token = {SIGNATURE: sign(TOKEN, URL, form_content(CALL), "sha256")}
    assert not is_signed(secrets, URL, settings | by_token, FORM, form(CALL))


def test_secrets_are_not_shown() -> None:
    assert TOKEN not in repr(SECRETS)


NAMES = st.text(st.characters(codec="ascii", categories=["L", "N"]), min_size=1, max_size=8)
VALUES = st.text(st.characters(codec="utf-8", exclude_categories=["Cs"]), max_size=12)


@given(st.dictionaries(NAMES, VALUES, max_size=8), st.sampled_from(["", ":8443"]), NAMES)
def test_what_the_library_signs_is_taken_and_nothing_else(fields: dict[str, str], port: str, path: str) -> None:
    url = f"https://example.com{port}/{path}"
    signature = RequestValidator(TOKEN).compute_signature(url, fields)
    body = form(list(fields.items()))
    assert is_signed(SECRETS, url, {SIGNATURE: signature}, FORM, body)
    assert not is_signed(SECRETS, url + "x", {SIGNATURE: signature}, FORM, body)


# What has a meaning in a form, whole and broken, and what has none.
PIECES = ("%2B", "%2b", "+", "%25", "2B", "%", "%20", "%26", "%3D", "&", "=", "%C3%A9", "%C3", "\u00e9", "%00", "a", "")
BODIES_OF_FORMS = st.lists(st.sampled_from(PIECES)).map(lambda pieces: "".join(pieces).encode())


@given(st.lists(st.tuples(st.text(), st.text())))
def test_a_form_is_read_as_it_was_meant(fields: list[tuple[str, str]]) -> None:
    fields = [(name, value) for name, value in fields if (name + value).isprintable()]
    assert fields_of(urlencode(fields).encode()) == fields


@given(BODIES_OF_FORMS | st.binary())
def test_a_form_is_read_as_the_standard_library_reads_it(rubbish: bytes) -> None:
    try:
        expected = parse_qsl(rubbish.decode(), keep_blank_values=True, errors="strict")
    except ValueError:
        with pytest.raises(ValueError, match=r"."):
            fields_of(rubbish)
    else:
        assert fields_of(rubbish) == expected


def test_a_form_of_too_many_fields_is_none() -> None:
    with pytest.raises(ValueError, match="501 fields"):
        fields_of(b"&".join([b"a=b"] * 501))
