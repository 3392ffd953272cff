from __future__ import annotations

from context_bridge.links import new_link, token_for, token_hash, usable
from ivr.engine.data import replace

SECRET = b"0123456789abcdef"


def test_a_second_attempt_to_send_carries_the_same_link_and_no_other_message_does() -> None:
    assert token_for(SECRET, "j1:4:0") == token_for(SECRET, "j1:4:0")
    tokens = {token_for(SECRET, f"j1:{rev}:{n}") for rev in range(40) for n in range(3)}
    assert len(tokens) == 120
    assert token_for(b"another secret..", "j1:4:0") not in tokens | {token_for(SECRET, "j1:4:0")}
    assert all(len(token) == 24 and token.replace("-", "").replace("_", "").isalnum() for token in tokens)


def test_what_is_stored_does_not_open_anything() -> None:
    token = token_for(SECRET, "j1:4:0")
    row = new_link(token, "j1", "tell", 3, now=100.0, ttl=60.0)
    assert row.token_hash == token_hash(token)
    assert token not in repr(row)


def test_a_link_is_usable_until_it_is_spent_or_expires() -> None:
    row = new_link("t", "j1", None, 3, now=100.0, ttl=60.0)
    assert usable(row, 159.9)
    assert not usable(row, 160.0)
    assert not usable(replace(row, spent_at=110.0), 120.0)


def test_any_token_from_a_browser_can_be_looked_up() -> None:
    assert token_hash("\ud800\0") != token_hash("t")
