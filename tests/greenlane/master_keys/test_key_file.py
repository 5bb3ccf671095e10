"""A file of master keys: the first wraps, all unwrap, and one that is none is refused without a word of what it holds."""

from __future__ import annotations

import base64
import secrets

import pytest

from greenlane.errors import SettingsError
from greenlane.master_keys.file import FileMasterKey, key_id_of, keys_in, text_of
from wording.text import in_language

FIELD = "GREENLANE_MASTER_KEY"
KEYS = tuple(secrets.token_bytes(32) for _ in range(3))


def test_the_first_wraps_and_all_unwrap() -> None:
    """So a new key is put before the old one, and nothing that was sealed is lost."""
    older, newer = FileMasterKey(KEYS[:1]), FileMasterKey((KEYS[1], KEYS[0]))
    assert newer.unwrap(older.wrap(b"k" * 32, "x"), "x") == b"k" * 32
    assert newer.wrap(b"k" * 32, "x").key_id == key_id_of(KEYS[1])
    assert newer.key_ids == (key_id_of(KEYS[1]), key_id_of(KEYS[0]))


def test_a_file_may_have_comments_and_empty_lines() -> None:
    """An official who keeps it writes beside a key since when it is."""
    text = f"# since 2026-11-27\n{text_of(KEYS[:2])}\r\n\n# before\n  {text_of(KEYS[2:])}"
    assert keys_in(text, FIELD) == KEYS
    assert keys_in(text_of(KEYS), FIELD) == KEYS


@pytest.mark.parametrize(
    "text",
    [
        "",
        "# nothing\n",
        "c2VjcmV0LXdvcmQ=",
        "secret word",
        base64.b64encode(b"s" * 31).decode(),
        base64.b64encode(b"s" * 33).decode(),
        text_of(KEYS[:1]) + "secret",
        text_of(KEYS[:1]) * 65,
        "-----BEGIN PRIVATE KEY-----",
        "s\u00e9cret",
    ],
)
def test_what_is_no_key_is_refused_and_not_quoted(text: str) -> None:
    with pytest.raises(SettingsError) as caught:
        FileMasterKey.from_text(text, FIELD)
    assert caught.value.field == FIELD
    assert "greenlane master-key make" in caught.value.remedy
    said = [in_language(caught.value.message, language) for language in ("en", "vi")]
    assert said[0] != said[1]
    for line in filter(None, text.splitlines()):
        assert not any(line in each for each in said)


def test_nothing_of_a_key_is_in_its_name() -> None:
    """It stands in tables and messages."""
    assert KEYS[0].hex()[:16] not in key_id_of(KEYS[0])
    assert len({key_id_of(key) for key in KEYS}) == 3
