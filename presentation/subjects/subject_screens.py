"""Subjects on a screen: who was found, what is held, and what was done for the person."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Any

from presentation.blocks import Block, Tone, dim, facts, line, stacked, table_of, toned
from presentation.moments import Moments
from presentation.words.words import Words
from services.correcting import Corrected
from services.erasing import Erased, Reapplied
from services.subjects import ExportedSubject, FoundSubject, ShownSubject, SubjectCase
from wording.json_text import shown_json
from wording.text import _, _n, _p


def found_screen(found: Sequence[FoundSubject], moments: Moments) -> Iterator[Block]:
    """One line a subject, or that there is none."""
    words = moments.words
    if not found:
        yield line(words(_("Nobody is found by that.")))
        return
    table = table_of(None, *map(words, (_("Subject"), _p("subject", "Kind"), _("Cases"))))
    for one in found:
        kind = words.named("subject_kind", one.subject.kind)
        table.add(one.subject.ref, kind, stacked(*(case.stream.name for case in one.cases)) or "-", ends=True)
    yield table


def shown_screen(shown: ShownSubject, moments: Moments) -> Iterator[Block]:
    """What the person said last, and the cases with the day until which each is kept."""
    words = moments.words
    yield facts(
        [
            (words(_("Subject")), shown.subject.ref),
            (words(_p("subject", "Kind")), words.named("subject_kind", shown.subject.kind)),
            *_fields("", shown.person),
        ]
    )
    table = table_of(None, *map(words, (_("Dossier\nProcedure"), _("Status"), _("Kept until"))))
    for case in shown.cases:
        stream = case.stream
        procedure = words(_("linked dossier")) if stream.linked else moments.names.procedure(stream.procedure or "-")
        table.add(stacked(stream.name, dim(procedure)), _status(case, words), _kept(case, moments), ends=True)
    if shown.cases:
        yield table
    if shown.differs:
        yield from _differences(shown, moments)


def _differences(shown: ShownSubject, moments: Moments) -> Iterator[Block]:
    words = moments.words
    warned = _(
        "The applications say different things: they may be of different people. Hand out none before that is clear."
    )
    yield toned(Tone.NEAR, words(warned))
    table = table_of(None, *map(words, (_p("dossier", "Dossier"), _("Said there"))))
    names = {case.stream.stream_id: case.stream.name for case in shown.cases}
    for stream_id, said in shown.differs.items():
        table.add(names.get(stream_id, stream_id), stacked(*(f"{name}: {text}" for name, text in _fields("", said))))
    yield table


def exported_lines(exported: ExportedSubject, file: Path, words: Words) -> Iterator[Block]:
    """Where the file is, and how much it holds."""
    said = _n("{file}: {count} case.", "{file}: {count} cases.", len(exported.shown.cases), file=str(file))
    yield line(words(said))
    yield toned(Tone.NEAR, words(_("It holds personal data: hand it to the person only, then remove it.")))


def corrected_line(corrected: Corrected, words: Words) -> Block:
    """What says something else now."""
    return line(words(_("Corrected for {subject}: {fields}.", subject=corrected.subject_ref, fields=_list(corrected))))


def erased_lines(erased: Erased, moments: Moments) -> Iterator[Block]:
    """That it is done, since when, and what goes only later."""
    words, erasure = moments.words, erased.erasure
    at = moments.instant(moments.time.to_business(erasure.erased_at))
    said = _("{subject} was erased before, on {at}; nothing was done.") if erased.already else _("{subject} is erased.")
    yield line(words(said, subject=erasure.subject_ref, at=at))
    yield line(words(_("Cases: {cases}. Documents: {documents}.", cases=erasure.cases, documents=erasure.documents)))
    if erased.clear_letters:
        text = _n(
            "{count} dead letter of an older program still holds something; it goes with the age of its topic.",
            "{count} dead letters of an older program still hold something; they go with the age of their topic.",
            erased.clear_letters,
        )
        yield toned(Tone.NEAR, words(text))
    if erased.closed_letters:
        unread = _n(
            "{count} dead letter could not be opened, and was not looked into.",
            "{count} dead letters could not be opened, and were not looked into.",
            erased.closed_letters,
        )
        yield toned(Tone.NEAR, words(unread))
    if not erased.already:
        yield toned(Tone.NEAR, words(_("Older back-ups still hold the data until they are destroyed.")))


def reapplied_lines(reapplied: Reapplied, words: Words) -> Iterator[Block]:
    """How many were erased again, and who was left."""
    done = _n("{count} subject erased again.", "{count} subjects erased again.", len(reapplied.applied))
    yield line(words(done), " ", words(_("On the list: {listed}.", listed=reapplied.listed)))
    for ref in reapplied.left:
        left = _(
            "{subject} is left: a case came later, or its line was not sealed here. Look at it, then erase it again."
        )
        yield toned(Tone.WRONG, words(left, subject=ref))


def _fields(prefix: str, person: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    for name, value in person.items():
        if isinstance(value, Mapping):
            yield from _fields(f"{prefix}{name}.", value)
        else:
            yield f"{prefix}{name}", value if isinstance(value, str) else shown_json(value)


def _list(corrected: Corrected) -> str:
    return ", ".join(corrected.fields)


def _status(case: SubjectCase, words: Words) -> str:
    stream = case.stream
    if stream.outcome is not None:
        return words.named("dossier_outcome" if stream.linked else "outcome", stream.outcome)
    # Of a linked dossier one word says both.
    return words.named("status", "in_progress" if stream.status == "open" else stream.status)


def _kept(case: SubjectCase, moments: Moments) -> str:
    if case.kept_until is None:
        return "-"
    return moments.words(_("permanently")) if case.kept_until == date.max else moments.day(case.kept_until)
