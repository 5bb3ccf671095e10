"""A database of the version before the vault was sealed: persons, documents and texts in clear, digests that anybody can make."""

from __future__ import annotations

import hashlib
import json
from datetime import UTC, datetime, timedelta

from alembic import command
from sqlalchemy import Connection, text

from events.language.identity import document_ref_of, subject_ref_of, text_ref_of
from store.database import Store, _migrations
from tests.store.database_server import DatabaseServer

REVISION = "0009"
SINCE = datetime(2026, 3, 2, 7, 0, tzinfo=UTC)
NUMBER, OTHER_NUMBER = "001088012345", "079301009876"
PERSONS = {
    # by stream: what was kept of each applicant
    "case-000000000000000000000001": {
        "full_name": "Nguyễn Thị Ánh Ngọc",
        "identity_number": NUMBER,
        "phone": "0912345678",
    },
    "case-000000000000000000000002": {"full_name": "NGUYEN THI ANH NGOC", "cccd": "001 088 012 345"},
    "case-000000000000000000000003": {"full_name": "Trần Văn Bách", "identity_number": OTHER_NUMBER},
    "dossier-00000000000000000000000a": {"company_name": "Công ty TNHH Hoa Ban", "tax_code": "0101234567"},
}
CASE_OF_DOSSIER = "case-00000000000000000000000b"
DOSSIER = "dossier-00000000000000000000000a"
CANARIES = (
    "Ánh Ngọc",
    "ANH NGOC",
    NUMBER,
    "001 088 012 345",
    "Bách",
    OTHER_NUMBER,
    "Hoa Ban",
    "0101234567",
    "0912345678",
)
CANARIES_OF_FILES = ("don-xin-cua-Ngoc.pdf", "ban-ve-Hoa-Ban.pdf", "xin lỗi vì nộp chậm, Bách")


def digest_of(stream: str) -> str:
    """What an older program kept of what was sent."""
    return hashlib.sha256(stream.encode()).hexdigest()


def document_of(stream: str) -> str:
    """The reference of the one file of a stream."""
    return document_ref_of(stream, 0)


TEXT = text_ref_of(CASE_OF_DOSSIER, "c-1", "reason")
OWN_TEXT = text_ref_of("case-000000000000000000000003", "c-1", "reason")
FILES = {
    document_of("case-000000000000000000000001"): ("case-000000000000000000000001", "don-xin-cua-Ngoc.pdf"),
    document_of(CASE_OF_DOSSIER): (CASE_OF_DOSSIER, "ban-ve-Hoa-Ban.pdf"),
}
TEXTS = {
    OWN_TEXT: ("case-000000000000000000000003", "xin lỗi vì nộp chậm, Bách"),
    TEXT: (CASE_OF_DOSSIER, "Hoa Ban xin gửi bản vẽ"),
}


def owner_of(stream: str) -> str:
    """Whose a stream was: a case of a linked dossier was the dossier's applicant's."""
    return subject_ref_of(DOSSIER if stream == CASE_OF_DOSSIER else stream)


def json_of(stream: str) -> str:
    """The person of a stream, as it was kept."""
    return json.dumps({"applicant": PERSONS[stream]}, ensure_ascii=False)


def clear_database(database_server: DatabaseServer) -> str:
    """The URL of that database for its owner; not migrated yet."""
    url = database_server.empty_database()
    fill(url)
    return url


def fill(url: str) -> None:
    """Make an empty database the older program's, with all of the above."""
    store = Store(url)
    with store.engine.begin() as connection:
        configuration = _migrations()
        configuration.attributes["connection"] = connection
        command.upgrade(configuration, REVISION)
    with store.writing() as connection:
        for place, stream in enumerate([*PERSONS, CASE_OF_DOSSIER]):
            _add_application(connection, stream, SINCE + timedelta(hours=place))
        for place, stream in enumerate(PERSONS):
            statement = "INSERT INTO vault.subjects (subject_ref, data, created_at) VALUES (:ref, :data, :at)"
            row = {"ref": subject_ref_of(stream), "data": json_of(stream), "at": SINCE + timedelta(hours=place)}
            connection.execute(text(statement), row)
        for reference, (stream, name) in FILES.items():
            statement = (
                "INSERT INTO vault.documents (reference, subject_ref, kind, name, media_type, content)"
                " VALUES (:reference, :ref, 'request', :name, 'application/pdf', :content)"
            )
            content = {"reference": reference, "ref": owner_of(stream), "name": name, "content": name.encode() * 2_000}
            connection.execute(text(statement), content)
        for reference, (stream, said) in TEXTS.items():
            statement = "INSERT INTO vault.texts (reference, subject_ref, content) VALUES (:reference, :ref, :said)"
            connection.execute(text(statement), {"reference": reference, "ref": owner_of(stream), "said": said})
    store.close()


def _add_application(connection: Connection, stream: str, at: datetime) -> None:
    connection.execute(
        text(
            "INSERT INTO applications (case_id, source, application_id, content_digest, subject_ref, received_at, opening)"
            " VALUES (:stream, 'urn:portal', :stream, :digest, :ref, :at, '{}')"
        ),
        {"stream": stream, "digest": digest_of(stream), "ref": owner_of(stream), "at": at},
    )
    referred = [reference for reference, (of, _) in {**FILES, **TEXTS}.items() if of == stream]
    body = json.dumps({"documents": referred})
    connection.execute(
        text(
            "INSERT INTO ledger (case_id, sequence, body, hash, type, at)"
            " VALUES (:stream, 1, :body, '\\x00', 'submitted', :at)"
        ),
        {"stream": stream, "body": body, "at": at},
    )
