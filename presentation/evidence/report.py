"""What the report of a bundle tells: what is proven and by what, the dossier, each case, and the law it was decided under."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime

from events.language.checkpoint import EVENTS
from presentation.blocks import Block, Inline, Table, command_line, dim, facts, line, strong, table_of
from presentation.cases.case_screen import case_screen
from presentation.cases.event_lines import event_table
from presentation.catalogue.acts import basis_line
from presentation.dossiers.screen import screen_of
from presentation.moments import Moments
from services.case_sheets import CaseSheet
from services.dossier_sheets import DossierSheet
from services.exports import Narrative
from wording.text import LazyText, _, _n

Chapter = tuple[str, Iterable[Block | None]]
"""A heading, and what stands below it."""


def title_of(narrative: Narrative, moments: Moments) -> str:
    """What the report is about, as people call it."""
    return moments.words(_("Evidence of {name}", name=_name_of(narrative)))


def report_blocks(narrative: Narrative, moments: Moments) -> Iterator[Chapter]:
    """The chapters in the language of the moments."""
    words = moments.words
    yield words(_("What this page proves")), _proof(narrative, moments)
    if narrative.dossier is not None:
        yield words(_("The linked dossier")), _dossier(narrative.dossier, moments)
    for sheet in narrative.cases:
        yield words(_("Case {name}", name=_called(sheet))), _case(sheet, moments)


def _name_of(narrative: Narrative) -> str:
    dossier = narrative.dossier
    if dossier is not None:
        declared = dossier.dossier.declaration
        return narrative.evidence.subject if declared is None else declared.dossier_id
    return _called(narrative.cases[0])


def _called(sheet: CaseSheet) -> str:
    return sheet.view.dossier_code or sheet.view.case_id


def _proof(narrative: Narrative, moments: Moments) -> Iterator[Block | None]:
    evidence, words = narrative.evidence, moments.words
    checkpoint = evidence.checkpoint
    known: dict[LazyText, Inline | None] = {
        _("Stream of events"): evidence.subject,
        _("Events in this file"): f"{evidence.events}",
        _("Exported at"): _real(evidence.exported_at, moments),
        _("Checkpoint"): words(
            _("number {number}, of {at}", number=checkpoint.number, at=_real(checkpoint.at, moments))
        ),
        _("Events under the checkpoint"): f"{checkpoint.logs[EVENTS].size}",
        _("Signing key"): checkpoint.key_id,
        _("Installation"): checkpoint.installation,
        _("Time zone"): words(_("{zone}; all times on this page", zone=moments.zone.key)),
        _("Time of the events"): moments.scale,
    }
    yield facts((words(name), text) for name, text in known.items())
    yield words(
        _(
            "Each event is chained to the one before it, and stands in a tree whose root was signed. "
            "Who has the public key can check that with no access to the system:"
        )
    )
    yield command_line("greenlane-verify FILE --key PUBLIC.pem")
    yield _vouched(narrative, moments)
    if narrative.later_events:
        yield strong(words(left_out_said(narrative.later_events)))
    yield words(_("Personal data are not in this file: events hold references, and the data lie in the vault."))


def left_out_said(later_events: int) -> LazyText:
    """That so many events came too late for the checkpoint."""
    return _n(
        "{count} later event is not in this file: no checkpoint covered it yet.",
        "{count} later events are not in this file: no checkpoint covered them yet.",
        later_events,
    )


def _vouched(narrative: Narrative, moments: Moments) -> Block:
    if narrative.signed_by is None:
        text = _(
            "This file is not signed: its events are proven, but neither the words of this page, nor that no event was left out."
        )
        return strong(moments.words(text))
    return line(
        moments.words(
            _("This file is signed: the words of this page, and that up to the checkpoint there are no more events.")
        )
    )


def _real(at: datetime, moments: Moments) -> str:
    """An instant of the real world; where business time is scaled it is said that this is none of it."""
    instant = moments.instant(at, seconds=True)
    return instant if moments.scale is None else moments.words(_("{at} (real time)", at=instant))


def _dossier(sheet: DossierSheet, moments: Moments) -> Iterator[Block | None]:
    yield from screen_of(sheet, moments)
    yield event_table(moments.words(_("Timeline")), sheet.records, moments)


def _case(sheet: CaseSheet, moments: Moments) -> Iterator[Block | None]:
    yield from case_screen(sheet, moments)
    yield _law(sheet, moments)


def _law(sheet: CaseSheet, moments: Moments) -> Table | None:
    """The law that the procedure stands on, as it held on the day of receipt."""
    words, procedure = moments.words, sheet.case.definitions.procedure
    table = table_of(words(_("Law and rules of this case")), *map(words, (_("What"), _("Source"))), copied=False)
    on = (sheet.view.opened_at or moments.now).astimezone(moments.zone).date()
    for basis in procedure.legal_basis:
        table.add(words(_("Procedure")), basis_line(basis, on, moments))
    definitions = sheet.case.definitions
    versions = {
        _("Version of the procedure"): (procedure.version, procedure.digest),
        _("Working calendar"): (
            f"{definitions.calendar.id} {definitions.calendar.version}",
            definitions.calendar.digest,
        ),
        _("Table of lanes"): (f"{definitions.lanes.id} {definitions.lanes.version}", definitions.lanes.digest),
    }
    for name, (version, digest) in versions.items():
        table.add(words(name), line(version, " ", dim(f"SHA-256 {digest}")))
    return table.unless_empty
