"""Personal data, apart from everything else: in a schema of its own, under references that say nothing."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert

from events.language.identity import OTHER_TEXT_SUFFIX
from store.database import Store
from store.tables import applications, subjects
from store.tables import texts as texts_table


@dataclass(frozen=True, slots=True)
class VaultDocument:
    """An uploaded file. Its content, and often its name, are personal data: shown in no log and no error."""

    reference: str
    kind: str
    name: str = field(repr=False)
    media_type: str
    content: bytes = field(repr=False)


class Vault:
    """The data of persons and their files. All calls raise StoreError."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def put(self, subject_ref: str, data: str) -> None:
        """Keep a person's data (JSON), in place of what was there."""
        statement = insert(subjects).values(subject_ref=subject_ref, data=data)
        with self._store.writing() as connection:
            connection.execute(statement.on_conflict_do_update(index_elements=["subject_ref"], set_={"data": data}))

    def data(self, subject_ref: str) -> str | None:
        """A person's data (JSON); None for an unknown reference."""
        with self._store.reading() as connection:
            return connection.scalar(select(subjects.c.data).where(subjects.c.subject_ref == subject_ref))

    def put_texts(self, stream_id: str, texts: Mapping[str, str]) -> dict[str, str]:
        """Keep what an applicant wrote beside an application; by reference, the one under which it stands now.

        That is another where the reference has another text already: it never changes its own. Nothing is kept, and
        nothing changes, where nobody submitted such an application.
        """
        references = dict(zip(texts, texts, strict=True))
        with self._store.writing() as connection:
            subject_ref = connection.scalar(
                select(applications.c.subject_ref).where(applications.c.case_id == stream_id)
            )
            for reference, content in texts.items() if subject_ref is not None else ():
                row = {"reference": reference, "subject_ref": subject_ref, "content": content}
                connection.execute(insert(texts_table).values(row).on_conflict_do_nothing())
                query = select(texts_table.c.content).where(texts_table.c.reference == reference)
                if connection.scalar(query) != content:
                    references[reference] = row["reference"] = reference + OTHER_TEXT_SUFFIX
                    connection.execute(insert(texts_table).values(row).on_conflict_do_nothing())
        return references

    def texts(self, references: Sequence[str]) -> dict[str, str]:
        """What stands under these references, of those that are known."""
        query = select(texts_table.c.reference, texts_table.c.content).where(texts_table.c.reference.in_(references))
        with self._store.reading() as connection:
            return {row.reference: row.content for row in connection.execute(query)}
