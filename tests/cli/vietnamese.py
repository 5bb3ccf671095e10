"""What does not belong on a Vietnamese screen: ids of the catalogue, codes, English words."""

from __future__ import annotations

import importlib
import re
from collections.abc import Iterator
from enum import Enum
from functools import cache
from pathlib import Path
from typing import Any, Literal, get_args, get_origin

from pydantic import BaseModel

from catalog.catalogue import Catalog
from catalog.loader import load_catalog
from catalog.model import Text
from greenlane.settings import Settings
from wording.catalogue import read
from wording.files import written_file

ROOT = Path(__file__).parents[2]
CODES_IN = (
    "cases.model",
    "cases.dossier.model",
    "catalog.acts",
    "catalog.dossier",
    "catalog.model",
    "events.language.act_events",
    "events.language.case_events",
    "events.language.clock_events",
    "events.language.commands",
    "events.language.dossier_commands",
    "events.language.dossier_events",
    "events.language.reasons",
    "sla.deadline",
    "sla.ladder",
    "sla.units",
    "audit.rebuild",
)
WORD = re.compile(r"(?<![\w@./:-])[A-Za-z][\w.:/-]*\w(?![\w-])")
"""A word or an id of at least two characters; an address, or what stands behind a slash, is none."""
TYPED = re.compile(r"\([^()\s]+\)")
"""An id beside its name: somebody types it into the next command."""
PLAIN = re.compile(
    r"case-[0-9a-f]+|dossier-[0-9a-f]+|H\d{2}[\w.-]+|\S+@\S+|https?://\S+|`[^`]+`|--[a-z-]+(=\S+)?|GREENLANE_\w+"
)
"""What has one form in every language: codes of dossiers, ids of cases, addresses, commands, settings."""
PROPER = frozenset(
    {
        "karaoke",
        "Kafka",
        "PostgreSQL",
        "Temporal",
        "greenlane",
        "YAML",
        "JSON",
        "GREEN",
        "LANE",
        "bridge",
        "worker",
        "publisher",
    }
)
"""Also Vietnamese, or names."""


@cache
def the_catalog() -> Catalog:
    """The shipped one."""
    settings = Settings.load()
    return load_catalog(settings.catalog_dir, settings.flags)


def _texts_of(value: Any) -> Iterator[str]:
    """Every Vietnamese text of the catalogue."""
    if isinstance(value, Text):
        yield value.vi
    elif isinstance(value, BaseModel):
        for name in type(value).model_fields:
            yield from _texts_of(getattr(value, name))
    elif isinstance(value, dict):
        for inner in value.values():
            yield from _texts_of(inner)
    elif isinstance(value, list | tuple | frozenset):
        for inner in value:
            yield from _texts_of(inner)


@cache
def _pairs() -> tuple[tuple[str, str], ...]:
    """Every text of the catalogue: English, Vietnamese."""
    return tuple((_whole(message.id), _whole(message.string)) for message in read(written_file("vi")) if message.id)


def _whole(forms: str | tuple[str, ...]) -> str:
    return forms if isinstance(forms, str) else " ".join(forms)


def _words(texts: Iterator[str]) -> frozenset[str]:
    return frozenset(word for text in texts for word in WORD.findall(PLAIN.sub(" ", re.sub(r"\{\w*\}", " ", text))))


@cache
def vietnamese_words() -> frozenset[str]:
    """Every word of the Vietnamese texts there are, also in lower case."""
    catalogue = the_catalog()
    parts = (catalogue.procedures, catalogue.province, catalogue.lanes, catalogue.dossiers, catalogue.duties)
    texts: list[str] = []
    texts += [vi for _, vi in _pairs()]
    texts += [text for part in parts for text in _texts_of(part)]
    found = _words(iter(texts))
    return found | {word.lower() for word in found} | PROPER


@cache
def english_words() -> frozenset[str]:
    """Every word of the English texts that no Vietnamese text has."""
    texts: list[str] = []
    texts += [en for en, _ in _pairs()]
    return _words(iter(texts)) - vietnamese_words()


@cache
def codes() -> frozenset[str]:
    """Every value of every enumeration and closed set of the language, and every id of the catalogue."""
    found: set[str] = set()
    for name in CODES_IN:
        for value in vars(importlib.import_module(name)).values():
            if isinstance(value, type) and issubclass(value, Enum):
                found |= {str(member.value) for member in value}
            elif isinstance(value, type) and issubclass(value, BaseModel):
                found |= {each for field in value.model_fields.values() for each in _literals(field.annotation)}
            else:
                found |= set(_literals(value))
    return frozenset(found | _ids()) - vietnamese_words()


def _literals(annotation: Any) -> Iterator[str]:
    if get_origin(annotation) is Literal:
        yield from (value for value in get_args(annotation) if isinstance(value, str))
    else:
        for inner in get_args(annotation):
            yield from _literals(inner)


def _ids() -> set[str]:
    catalogue = the_catalog()
    versions = [version for found in catalogue.procedures.values() for version in found]
    found = {
        *catalogue.departments,
        *catalogue.procedures,
        *catalogue.dossiers,
        *catalogue.calendars,
        *catalogue.ladders,
    }
    found |= {step.id for version in versions for step in version.steps}
    found |= {document.kind for version in versions for document in version.documents}
    found |= {part.name for one in catalogue.dossiers.values() for version in one for part in version.applications}
    found |= {rung.id for ladder in catalogue.ladders.values() for rung in ladder.rungs}
    found |= {rung.audience for ladder in catalogue.ladders.values() for rung in ladder.rungs}
    for table in catalogue.lanes:
        found |= {rule.id for rule in table.rules} | {each.id for each in table.lists}
    return found


def strangers(screen: str, *allowed: str) -> list[str]:
    """What does not belong there, each once."""
    plain = PLAIN.sub(" ", TYPED.sub(" ", screen))
    known = codes() | english_words()
    return sorted({word for word in WORD.findall(plain) if word in known and word not in allowed})
