"""The digest file: every published version with its SHA-256. A published version never changes; it is only followed."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from catalog.catalogue import version_order
from catalog.definition import Key, digest_of
from catalog.document import Document
from catalog.errors import Problem
from catalog.kinds import KINDS, key_of, kind_of
from catalog.reader import Source
from catalog.references import Shelf
from catalog.texts import TEXTS
from wording.text import _, message_and_remedy

FILE_NAME: Final = "digests.txt"
HEADER: Final = """\
# Every published version and the SHA-256 of its canonical JSON: kind, id, version, digest.
# Lines are only added, by `greenlane catalog publish`; a change of a published version is a new version.
"""
_LINE: Final = re.compile(rf"^({'|'.join(KINDS)}) (\S+) (\S+) ([0-9a-f]{{64}})$")


@dataclass(frozen=True, slots=True)
class Published:
    """What the digest file says: digests by version, and the line of each."""

    digests: Mapping[Key, str]
    lines: Mapping[Key, int]
    problems: tuple[Problem, ...] = ()


def parse(file: str, text: str) -> Published:
    """Read a digest file; lines it cannot read, or that contradict one another, are its problems."""
    digests: dict[Key, str] = {}
    lines: dict[Key, int] = {}
    problems: list[Problem] = []
    for number, line in enumerate(text.splitlines(), start=1):
        if not line.strip() or line.startswith("#"):
            continue
        match = _LINE.match(line.strip())
        if match is None:
            remedy = _("Restore the line; only `greenlane catalog publish` writes here")
            problems.append(
                Problem(
                    file,
                    number,
                    1,
                    None,
                    _("no kind, id, version and digest"),
                    remedy,
                    "digest_line",
                )
            )
            continue
        key = Key(*match.groups()[:3])
        if key in digests:
            message = _("{key} stands in line {lines} already", key=" ".join(key), lines=lines[key])
            problems.append(Problem(file, number, 1, None, message, _("Keep the first line"), "digest_line"))
            continue
        digests[key], lines[key] = match.group(4), number
    return Published(digests, lines, tuple(problems))


def versions_of(shelf: Shelf) -> Iterator[tuple[Key, str, Document]]:
    """Every version on the shelf with its digest, the one that the ledger records, and its document."""
    for source in shelf.sources:
        yield key_of(source.definition), digest_of(source.definition), source.document


def drafts_of(shelf: Shelf, published: Mapping[Key, str]) -> list[Source[Any]]:
    """What lies on the shelf and was never published."""
    return [source for source in shelf.sources if key_of(source.definition) not in published]


def problems_of(shelf: Shelf, published: Published, file: str) -> list[Problem]:
    """Published versions that were changed or removed, and drafts that would never be in force beside them."""
    drafts, held = drafts_of(shelf, published.digests), {key_of(source.definition) for source in shelf.sources}
    problems = [*published.problems, *changed_on(shelf, published.digests)]
    problems += [_gone(key, drafts, published, file) for key in sorted(published.digests.keys() - held)]
    shipped = [source for source in shelf.sources if key_of(source.definition) in published.digests]
    return problems + [problem for draft in drafts for problem in _idle(draft, shipped)]


def problems_beside(shelf: Shelf, elsewhere: Sequence[Source[Any]], published: Mapping[Key, str]) -> list[Problem]:
    """What keeps the drafts of a folder out of an installation that has published these, some of them from elsewhere."""
    held = [source for source in shelf.sources if key_of(source.definition) in published]
    problems = changed_on(shelf, published)
    for draft in drafts_of(shelf, published):
        missed = [other for other in elsewhere if _is_of_one(draft, other)]
        problems += [_behind(draft, other) for other in missed] or list(_idle(draft, held))
    return problems


def changed_on(shelf: Shelf, published: Mapping[Key, str]) -> list[Problem]:
    """Every version on the shelf that was published with other content."""
    versions = ((key_of(source.definition), source) for source in shelf.sources)
    return [
        changed(key, source, published[key])
        for key, source in versions
        if key in published and digest_of(source.definition) != published[key]
    ]


def changed(key: Key, source: Source[Any], digest: str) -> Problem:
    """The file of a published version says something else now."""
    definition, kind = source.definition, KINDS[key.kind]
    details = {"noun": kind.noun, "id": key.id, "version": key.version, "key": str(key)}
    ends_on = getattr(definition, "valid_until", None)
    if kind.dated and ends_on and digest_of(definition.model_copy(update={"valid_until": None})) == digest:
        text = message_and_remedy(TEXTS, "end_written", {**details, "day": ends_on})
        return source.document.problem(("valid_until",), *text, "published_version_changed")
    text = message_and_remedy(TEXTS, "version_changed", details)
    return source.document.problem(("version",), *text, "published_version_changed")


def _gone(key: Key, drafts: Iterable[Source[Any]], published: Published, file: str) -> Problem:
    """No file holds a published version any more; most often because its successor was written over it."""
    over = next((draft for draft in drafts if key_of(draft.definition)[:2] == key[:2]), None)
    details = {"noun": KINDS[key.kind].noun, "id": key.id, "version": key.version}
    name, place = "published_version_missing", (published.lines[key], 1)
    if over is None:
        return Problem.of("version_gone", name, file, place, **details)
    details |= {"place": over.document.file, "newer": key_of(over.definition).version}
    text = message_and_remedy(TEXTS, "version_overwritten", details)
    return Problem(file, *place, None, *text, name)


def _is_of_one(draft: Source[Any], other: Source[Any]) -> bool:
    """Whether one of the two follows the other."""
    kind = kind_of(draft.definition)
    return kind_of(other.definition) is kind and (kind.one or other.definition.id == draft.definition.id)


def _behind(draft: Source[Any], other: Source[Any]) -> Problem:
    """Somebody published another version while this one was written."""
    details = {"noun": kind_of(draft.definition).noun, "key": str(key_of(other.definition))}
    return draft.document.problem(("version",), *message_and_remedy(TEXTS, "folder_behind", details), "folder_behind")


def _idle(draft: Source[Any], shipped: Iterable[Source[Any]]) -> Iterator[Problem]:
    """What somebody copied and renumbered, but so that it would never take the place of what it follows."""
    kind, version = kind_of(draft.definition), draft.definition.version
    earlier = [source.definition.version for source in shipped if _is_of_one(draft, source)]
    details = {"noun": kind.noun, "version": version}
    if kind.dated and earlier and draft.definition.valid_from is None:
        text = message_and_remedy(TEXTS, "no_beginning", {**details, "other": earlier[-1]})
        yield draft.document.problem(("valid_from",), *text, "no_beginning")
    newer = [other for other in earlier if version_order(other) > version_order(version)]
    if not kind.dated and newer:
        text = message_and_remedy(TEXTS, "version_older", {**details, "newer": max(newer, key=version_order)})
        yield draft.document.problem(("version",), *text, "version_older")


def with_new_versions(text: str, shelf: Shelf, published: Published, comment: str = "") -> tuple[str, list[Key]]:
    """The digest file's text with the drafts added at its end under a comment, and what was added."""
    new = sorted((key, digest) for key, digest, _ in versions_of(shelf) if key not in published.digests)
    start = text or HEADER
    added = comment + "".join(f"{key} {digest}\n" for key, digest in new) if new else ""
    return start + ("" if start.endswith("\n") else "\n") + added, [key for key, _ in new]
