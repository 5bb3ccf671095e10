"""The read models: rows derived from the ledger, folded again from it byte for byte. As `store/tables.py` in everything else."""

from __future__ import annotations

from sqlalchemy import Boolean, Column, Date, Index, Integer, LargeBinary, Table, text
from sqlalchemy.dialects.postgresql import JSONB

from store.columns import instant, key, metadata, text_of, written_at

cases = Table(
    "cases",
    metadata,
    key("case_id"),
    Column("sequence", Integer, nullable=False),
    Column("hash", LargeBinary, nullable=False),
    text_of("view"),
    text_of("dossier_code", null=True),
    text_of("source"),
    text_of("application_id"),
    text_of("procedure"),
    text_of("procedure_version"),
    text_of("agency"),
    text_of("status"),
    text_of("outcome", null=True),
    text_of("lane"),
    instant("opened_at"),
    instant("closed_at", null=True),
    text_of("holder", null=True),
    instant("statutory_due_at", null=True),
    Column("statutory_lawful_day", Date, nullable=True),
    text_of("statutory_state", null=True),
    instant("green_due_at", null=True),
    Column("green_lawful_day", Date, nullable=True),
    text_of("green_state", null=True),
    Column("promises", JSONB, nullable=False),
    instant("next_due_at", null=True),
    text_of("result_code", null=True),
    Column("breaches", Integer, nullable=False),
    Column("escalations_open", Integer, nullable=False),
    Index("ix_cases_opened", "opened_at", "case_id"),
    Index("ix_cases_open", "opened_at", "case_id", postgresql_where=text("closed_at IS NULL")),
    Index("ix_cases_source", "source"),
    Index("uq_cases_dossier_code", "dossier_code", unique=True, postgresql_where=text("dossier_code IS NOT NULL")),
    postgresql_with={"fillfactor": "70"},
)
"""The head of each case (sequence, hash) and its read model; `view` is the model's JSON, the columns are read out of it."""

worklist = Table(
    "worklist",
    metadata,
    key("case_id"),
    key("step_id"),
    text_of("item"),
    text_of("department"),
    text_of("kind"),
    Column("round", Integer, nullable=False),
    text_of("name_vi"),
    text_of("name_en"),
    text_of("lane"),
    text_of("procedure"),
    text_of("dossier_code", null=True),
    instant("assigned_at"),
    instant("due_at", null=True),
    Column("overdue", Boolean, nullable=False),
    Column("level", Integer, nullable=False),
    text_of("officer", null=True),
    text_of("asked_by", null=True),
    text_of("asked_by_department", null=True),
    text_of("question", null=True),
    Column("late", JSONB, nullable=True),
    Index("ix_worklist_department", "department"),
    Index("ix_worklist_overdue", "case_id", postgresql_where=text("overdue")),
    postgresql_with={"fillfactor": "50"},
)
"""Steps that wait for a department; `item` is the row's JSON, the columns are read out of it.

Half of each page is kept free and no index holds a due instant, so that a new calendar moves a million of them in place.
"""

escalations = Table(
    "escalations",
    metadata,
    key("case_id"),
    key("escalation_id"),
    Column("linked", Boolean, nullable=False),
    text_of("dossier_code", null=True),
    text_of("dossier_id", null=True),
    text_of("procedure", null=True),
    text_of("agency"),
    text_of("clock_id"),
    text_of("clock_kind"),
    text_of("step_id", null=True),
    text_of("name_vi", null=True),
    text_of("name_en", null=True),
    text_of("department"),
    text_of("holder", null=True),
    text_of("audience"),
    text_of("audience_department", null=True),
    text_of("kind"),
    Column("level", Integer, nullable=False),
    instant("fired_at"),
    Column("is_open", Boolean, nullable=False),
    Column("acknowledged", Boolean, nullable=False),
    instant("limit_at", null=True),
    Column("late", JSONB, nullable=True),
    Index(
        "ix_escalations_open",
        text("level DESC"),
        "limit_at",
        "fired_at",
        postgresql_include=["department", "audience", "audience_department"],
        postgresql_where=text("is_open"),
    ),
)
"""Rungs after a breach that may be acknowledged, or were, of cases and of linked dossiers."""

dossiers = Table(
    "dossiers",
    metadata,
    key("case_id"),
    Column("sequence", Integer, nullable=False),
    text_of("view"),
    text_of("source"),
    text_of("dossier_id"),
    text_of("template", null=True),
    text_of("lead"),
    text_of("status"),
    text_of("outcome", null=True),
    instant("opened_at"),
    instant("closed_at", null=True),
    text_of("holder", null=True),
    instant("joint_due_at", null=True),
    Column("joint_lawful_day", Date, nullable=True),
    text_of("joint_state"),
    instant("promised_at", null=True),
    Column("applications", Integer, nullable=False),
    Column("released", Integer, nullable=False),
    Column("granted", Integer, nullable=False),
    Column("blocked", Integer, nullable=False),
    instant("next_due_at", null=True),
    Index("ix_dossiers_open", "opened_at", "case_id", postgresql_where=text("closed_at IS NULL")),
    Index("ix_dossiers_source", "source", "dossier_id"),
    postgresql_with={"fillfactor": "70"},
)
"""The read model of each linked dossier; `case_id` is its stream in the ledger, `view` the model's JSON."""

dossier_cases = Table(
    "dossier_cases",
    metadata,
    key("case_id"),
    text_of("dossier_id"),
    text_of("name"),
    Column("round", Integer, nullable=False),
    written_at("recorded_at"),
    Index("ix_dossier_cases_dossier_id", "dossier_id"),
)
"""Which case is which application of which dossier: so that an end that was never told is found."""
