"""How the ledgers of this folder were recorded: `python -m tests.upgrade.record_ledgers` at commit 67dc439.

They were written by the core, the recorder and the PostgreSQL of that commit, before limits had two ends. They are never
recorded again: ledgers like them stand in production and cannot be recorded again either. What exists is not overwritten,
and a core that knows both ends is refused.
"""

from __future__ import annotations

import json
import sys
import tempfile
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from sqlalchemy import text

import cases.timetable
from cases.dossier.views import dossier_view_of
from cases.views import view_of, work_of
from events.language.topics import Topics
from store.database import Store
from store.definitions import DefinitionArchive
from store.dossiers import Dossiers
from store.inbox import Inbox, Submission
from store.ledger import Ledger
from store.recorder import Recorder
from tests.blocking import accept_now
from tests.builders import MONDAY
from tests.store.database_server import DatabaseServer
from tests.upgrade import case_lives, early_lives, step_lives
from tests.upgrade.dossier_lives import DOSSIER_LIVES
from tests.upgrade.fixtures import COMMANDS, DEFINITIONS, LEDGERS, ROWS
from tests.upgrade.living import CASE_LIVES, every_command
from tests.upgrade.played import SOURCE, PlayedCase, PlayedDossier
from workflows.messages import Carried, DossierCarried

TOPICS = Topics("greenlane")
TOLD_IN = (early_lives, case_lives, step_lives)
"""The modules that fill CASE_LIVES, in the order in which their cases were accepted and got their codes."""
IN_THE_DATABASE = (
    "karaoke_breached",
    "karaoke_escalated",
    "karaoke_closed_between",
    "karaoke_past_both_ends",
    "awaiting_supplement_restart",
    "suspended",
    "appointment_moved",
    "lane_granted_too_late",
    "open_warned",
    "issued",
    "dossier_open",
    "dossier_breached",
)
"""The lives whose rows are kept, of every table that they touch."""
TABLES = (
    "definitions",
    "ledger",
    "cases",
    "worklist",
    "dossiers",
    "outbox",
    "outbox_unpublished",
    "applications",
    "commands",
    "dossier_codes",
    "alerts",
)


def write(path: Path, content: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    if path.exists():
        raise SystemExit(f"{path.name} is recorded already")
    path.write_text(content)


def written(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, indent=1) + "\n"


def record(store: Store, names: Iterable[str]) -> list[PlayedCase | PlayedDossier]:
    """Play these lives on this database."""
    recorder, inbox, dossiers = Recorder(store, TOPICS, ("webhook",)), Inbox(store, TOPICS), Dossiers(store)
    found: list[PlayedCase | PlayedDossier] = []
    for name in names:
        played: PlayedCase | PlayedDossier
        if name in CASE_LIVES:
            made, lived = CASE_LIVES[name]
            played = PlayedCase(recorder, name, made())
        else:
            opening, of_dossier = DOSSIER_LIVES[name]
            played = PlayedDossier(recorder, name, opening())
            dossiers.keep(played.definitions)
        submission = Submission(played.stream_id, SOURCE, name, "digest", "subject-1", MONDAY, "{}", person="")
        accept_now(inbox, submission)
        lived(played) if isinstance(played, PlayedCase) else of_dossier(played)
        found.append(played)
    inbox.close()
    recorder.close()
    return found


def names_in_order() -> list[str]:
    return [name for told in TOLD_IN for name, (_, lived) in CASE_LIVES.items() if lived.__module__ == told.__name__]


def kept(store: Store, played: PlayedCase | PlayedDossier) -> dict[str, Any]:
    """One stream as a fixture."""
    rows = Ledger(store).rows(played.stream_id)
    view: Any
    if isinstance(played, PlayedCase):
        view, work = view_of(played.case), [item.model_dump(mode="json") for item in work_of(played.case)]
        state = Carried.of(played.case).model_copy(update={"settled": played.settled})
    else:
        view, work = dossier_view_of(played.dossier), []
        state = DossierCarried.of(played.dossier).model_copy(update={"settled": played.settled})
    carried = state.model_dump(mode="json")
    return {
        "kind": "case" if isinstance(played, PlayedCase) else "dossier",
        "stream_id": played.stream_id,
        "definitions_digest": played.definitions.digest,
        "head": rows[-1].hash.hex(),
        "records": [row.body for row in rows],
        "view": view.model_dump(mode="json"),
        "work": work,
        "state": carried["state"],
        "settled": carried["settled"],
    }


def dumped(store: Store) -> str:
    """Every row of the tables as a line of JSON."""
    lines = []
    with store.reading() as connection:
        for table in TABLES:
            for (row,) in connection.execute(text(f"SELECT row_to_json(t)::text FROM {table} t ORDER BY t::text")):
                lines.append(json.dumps({"table": table, "row": json.loads(row)}, ensure_ascii=False))
    return "\n".join(lines) + "\n"


def main() -> None:
    if hasattr(cases.timetable, "lawful_end_at"):
        raise SystemExit("this core knows both ends of a limit: what it records is no ledger of the version before")
    with tempfile.TemporaryDirectory() as folder:
        server = DatabaseServer(Path(folder))
        server.start()
        try:
            store = Store.connect(server.fresh_database())
            for played in record(store, [*names_in_order(), *DOSSIER_LIVES]):
                write(LEDGERS / f"{played.name}.json", written(kept(store, played)))
                if not (DEFINITIONS / f"{played.definitions.digest}.json").exists():
                    body = DefinitionArchive(store).body(played.definitions.digest)
                    write(DEFINITIONS / f"{played.definitions.digest}.json", body + "\n")
            store.close()
            small = Store.connect(server.fresh_database())
            record(small, IN_THE_DATABASE)
            write(ROWS, dumped(small))
            small.close()
        finally:
            server.kill()
    write(COMMANDS, written([command.model_dump(mode="json") for command in every_command()]))


if __name__ == "__main__":
    main()
    sys.stdout.flush()
