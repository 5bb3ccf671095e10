"""Which streams of the ledger are to be looked at for an instant of the past."""

from __future__ import annotations

import json
from datetime import datetime
from typing import Final

from store.database import Store
from store.statements import statements_in

SQL: Final = statements_in("replays")


def cases_worked_on(store: Store, department: str, at: datetime, recorded_before: datetime | None) -> list[str]:
    """The cases that may have been open at a business instant with work of the department: too many rather than too few.

    `recorded_before`: the real instant from which on nothing that was recorded counts; None: all counts. Raises StoreError.
    """
    named = json.dumps(department, ensure_ascii=False, allow_nan=False)
    gaps = {"at": at, "recorded_before": recorded_before, "named": f":{named}"}
    with store.reading() as connection:
        rows = connection.exec_driver_sql(SQL["find_worked_on"], gaps)
        return [row.case_id for row in rows]
