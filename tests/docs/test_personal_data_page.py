"""docs/personal-data.md knows every field that comes in, every table that is kept, and how long each topic keeps what it has."""

from __future__ import annotations

import re
from typing import get_args

from events.language.topics import Topics
from events.transport.admin import TopicLayout
from greenlane.settings import Settings
from store.columns import VAULT, metadata
from tests.docs.personal_data_page import (
    CLASSES,
    PAGE,
    TABLE,
    Class,
    classed,
    fields_of,
    incoming,
    models_in,
    table,
)

TEXT = PAGE.read_text(encoding="utf-8")


def test_every_field_that_comes_in_has_a_class() -> None:
    """A new field of a message is put into a class before it may come in; one that is gone leaves its class."""
    fields = {(name, field) for name, kind in incoming().items() for field in fields_of(kind)}
    assert fields - set(classed()) == set(), "give them a class in tests/docs/personal_data_page.py"
    assert set(classed()) - fields == set(), "they are gone"
    twice = [
        model
        for model, by_class in CLASSES.items()
        if len(" ".join(by_class.values()).split()) != len({*" ".join(by_class.values()).split()})
    ]
    assert twice == []


def test_the_page_has_the_table_and_says_what_each_class_means() -> None:
    """`python -m tests.docs.personal_data_page` writes it."""
    found = TABLE.search(TEXT)
    assert found is not None
    assert found[0] == table()
    told = set(re.findall(r"^\| \*\*(.+?)\*\* \|", TEXT, re.MULTILINE))
    assert told == set(get_args(Class))


def test_a_list_of_models_is_seen_through() -> None:
    """Also behind options, lists and annotations: else a part would stay without a class."""
    assert {"DocumentMessage", "DeclaredStep", "ConsultationRequest", "ResultReference", "Budget"} <= set(incoming())
    assert [kind.__name__ for kind in models_in(incoming()["DossierFile"].model_fields["applications"].annotation)] == [
        "LinkedPart"
    ]


def test_every_table_is_told_of() -> None:
    """Those of the vault, and those where nothing of a person may lie."""
    tables = {f"{VAULT}.{each.name}" if each.schema == VAULT else each.name for each in metadata.sorted_tables}
    assert {name for name in tables if f"`{name}`" not in TEXT} == set()


def test_how_long_topics_and_histories_keep_is_what_the_page_says() -> None:
    """In days, as they are made without other settings."""
    layout, topics = TopicLayout(), Topics()
    for topic, days in ((topics.submissions, 7), (topics.dead_letters(topics.submissions), 7), (topics.work("x"), 90)):
        assert layout.config_of(topic, topics)["retention.ms"] == str(days * 86_400_000)
        assert f"{days} days" in TEXT
    assert layout.config_of(topics.case_events, topics)["retention.ms"] == "-1"
    assert f"{Settings.model_fields['history_days'].default} days" in TEXT
