"""The digest file: every published version with its SHA-256. A published version never changes; it is only followed."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from catalog.definition import Key, digest_of
from catalog.document import Document
from catalog.errors import Problem
from catalog.kinds import KINDS, key_of
from catalog.references import Shelf
from sla.wording import Said

FILE_NAME: Final = "digests.txt"
HEADER: Final = """\
# Every published version and the SHA-256 of its canonical JSON: kind, id, version, digest.
# Lines are only added, by `python -m catalog.publish`; a change of a published version is a new version.
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
            remedy = Said(
                "Restore the line; only `python -m catalog.publish` writes here",
                "Khôi phục dòng; chỉ `python -m catalog.publish` ghi vào đây",
            )
            problems.append(
                Problem(
                    file,
                    number,
                    1,
                    None,
                    Said("no kind, id, version and digest", "không có loại, mã, phiên bản và mã băm"),
                    remedy,
                    "digest_line",
                )
            )
            continue
        key = Key(*match.groups()[:3])
        if key in digests:
            message = Said(
                f"{' '.join(key)} stands in line {lines[key]} already", f"{' '.join(key)} đã có ở dòng {lines[key]}"
            )
            problems.append(
                Problem(file, number, 1, None, message, Said("Keep the first line", "Giữ dòng đầu tiên"), "digest_line")
            )
            continue
        digests[key], lines[key] = match.group(4), number
    return Published(digests, lines, tuple(problems))


def versions_of(shelf: Shelf) -> Iterator[tuple[Key, str, Document]]:
    """Every version on the shelf with its digest, the one that the ledger records, and its document."""
    for source in shelf.sources:
        yield key_of(source.definition), digest_of(source.definition), source.document


def changed(key: Key, document: Document) -> Problem:
    """A published version whose document says something else now."""
    message = Said(
        f"{key.kind} '{key.id}' version '{key.version}' was published with other content",
        f"{key.kind} '{key.id}' phiên bản '{key.version}' đã ban hành với nội dung khác",
    )
    remedy = Said(
        "Restore it, and put the change under a new version: cases run, and are audited, under the old one",
        "Khôi phục, và ghi thay đổi vào phiên bản mới: hồ sơ đang chạy và được kiểm tra theo bản cũ",
    )
    return document.problem(("version",), message, remedy, "published_version_changed")


def problems_of(shelf: Shelf, published: Published, file: str) -> list[Problem]:
    """Published versions that were changed or removed. Versions that are not published yet are drafts, and no problem."""
    problems = list(published.problems)
    held = set()
    for key, digest, document in versions_of(shelf):
        held.add(key)
        if published.digests.get(key, digest) != digest:
            problems.append(changed(key, document))
    for key in sorted(published.digests.keys() - held):
        message = Said(
            f"{key.kind} '{key.id}' version '{key.version}' was published and is gone",
            f"{key.kind} '{key.id}' phiên bản '{key.version}' đã ban hành nhưng không còn",
        )
        remedy = Said(
            "Restore its file: cases are audited under it", "Khôi phục tệp: hồ sơ được kiểm tra theo phiên bản này"
        )
        problems.append(Problem(file, published.lines[key], 1, None, message, remedy, "published_version_missing"))
    return problems


def with_new_versions(text: str, shelf: Shelf, published: Published) -> tuple[str, list[Key]]:
    """The digest file's text with the drafts added at its end, and what was added."""
    new = sorted((key, digest) for key, digest, _ in versions_of(shelf) if key not in published.digests)
    lines = "".join(f"{' '.join(key)} {digest}\n" for key, digest in new)
    start = text or HEADER
    return start + ("" if start.endswith("\n") else "\n") + lines, [key for key, _ in new]
