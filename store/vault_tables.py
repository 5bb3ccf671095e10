"""What lies sealed in the vault, under one key per subject, and by which keyed indexes a subject is found."""

from __future__ import annotations

from sqlalchemy import Column, Index, LargeBinary, Table, text

from store.columns import VAULT, instant, key, metadata, text_of, written_at

subjects = Table(
    "subjects",
    metadata,
    key("subject_ref"),
    text_of("kind"),
    text_of("key_id", null=True),
    Column("wrapped_key", LargeBinary),
    written_at("created_at"),
    instant("erased_at", null=True),
    schema=VAULT,
)
"""Persons and enterprises, each with its own key, wrapped by the master key `key_id`. Without one: it was erased."""

entries = Table(
    "entries",
    metadata,
    key("stream_id"),
    text_of("subject_ref"),
    Column("sealed", LargeBinary, nullable=False),
    written_at("created_at"),
    Index("ix_entries_subject_ref", "subject_ref"),
    schema=VAULT,
)
"""What a person said of themselves with an application or a linked dossier, sealed under the subject's key."""

documents = Table(
    "documents",
    metadata,
    key("reference"),
    text_of("subject_ref"),
    text_of("stream_id"),
    text_of("kind"),
    Column("sealed_name", LargeBinary, nullable=False),
    Column("sealed_media_type", LargeBinary, nullable=False),
    Column("sealed_content", LargeBinary, nullable=False),
    written_at("created_at"),
    Index("ix_documents_subject_ref", "subject_ref"),
    schema=VAULT,
)
"""Uploaded files of applicants, sealed under the subject's key."""

texts = Table(
    "texts",
    metadata,
    key("reference"),
    text_of("subject_ref"),
    text_of("stream_id"),
    Column("sealed", LargeBinary, nullable=False),
    written_at("created_at"),
    Index("ix_texts_subject_ref", "subject_ref"),
    schema=VAULT,
)
"""What applicants wrote in their own words beside their application, sealed: events only refer to it."""

indexes = Table(
    "indexes",
    metadata,
    key("kind"),
    Column("digest", LargeBinary, primary_key=True),
    key("subject_ref"),
    Index("uq_indexes_number", "digest", unique=True, postgresql_where=text("kind = 'number'")),
    Index("ix_indexes_subject_ref", "subject_ref"),
    schema=VAULT,
)
"""Keyed digests of numbers, phones, names and e-mail addresses, by which a subject is found; a number is of one only."""

keys = Table(
    "keys",
    metadata,
    key("name"),
    text_of("key_id"),
    Column("wrapped_key", LargeBinary, nullable=False),
    written_at("created_at"),
    schema=VAULT,
)
"""The installation's own keys, wrapped by the master key `key_id`: of the indexes, and of digests."""

letters = Table(
    "letters",
    metadata,
    key("reference"),
    text_of("key_id"),
    Column("wrapped_key", LargeBinary, nullable=False),
    written_at("created_at"),
    schema=VAULT,
)
"""The keys of dead letters, each its own, wrapped by the master key `key_id`: without it nobody reads the letter."""
