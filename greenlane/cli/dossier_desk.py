"""Handing in dossiers, and giving them commands."""

from __future__ import annotations

import asyncio
import hashlib
import json
import time
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from pydantic import TypeAdapter, ValidationError

from cases.dossier.graph import GraphFault
from cases.turn import DossierView
from catalog.catalogue import Catalog
from catalog.facts import LeftOut
from events.language.commands import Actor, ActorKind, Assurance
from events.language.dossier_commands import DossierCommand
from events.language.dossier_messages import DossierFile
from events.language.identity import dossier_id_of, is_dossier
from events.language.messages import DocumentMessage, MessageError, message_error_of
from events.language.refusals import refuse
from events.transport.errors import Unavailable
from greenlane.cli.clock import now
from greenlane.cli.command_ids import refuse_reserved
from greenlane.cli.delivery import left_out_json
from greenlane.cli.dossier_files import DossierRefusedError
from greenlane.cli.failure import NoAnswerError, RefusedError
from greenlane.cli.question import Acting
from greenlane.cli.session import Session
from intake.declaration import filled
from presentation.instants import instant_json
from store.dossiers import Dossiers
from wording.names import tidied
from wording.text import Said

ANSWER_SECONDS = 60.0
RECORD_SECONDS = 30.0
LOOK_SECONDS = 0.05
_COMMAND: Final[TypeAdapter[Any]] = TypeAdapter(DossierCommand)


@dataclass(frozen=True, slots=True)
class HandedIn:
    """What became of a dossier file."""

    stream_id: str
    dossier_id: str
    known: bool
    view: DossierView | None
    """None: nobody has recorded it yet."""
    left_out: tuple[LeftOut, ...] = ()
    """The facts that no list knows: no case has them."""

    def as_json(self, language: str) -> dict[str, Any]:
        """The answer of `dossier submit --json`."""
        view = self.view
        return {
            "ok": view is not None,
            "dossier": self.stream_id,
            "dossier_id": self.dossier_id,
            "known": self.known,
            "applications": view and view.applications,
            "released": view and view.released,
            "lead": view and view.lead,
            "joint_due_at": view and instant_json(view.joint_due_at),
            "promised_at": view and instant_json(view.promised_at),
            "left_out": left_out_json(self.left_out, language),
        }


def identified(file: DossierFile) -> DossierFile:
    """The file with an id: its own, or one of its content, so that the same file twice is one dossier."""
    if file.dossier_id is not None:
        return file
    said = tidied(file.model_dump(mode="json"))
    content = json.dumps(said, sort_keys=True, ensure_ascii=False, allow_nan=False)
    return file.model_copy(update={"dossier_id": f"D-{hashlib.sha256(content.encode()).hexdigest()[:16]}"})


def file_of_template(catalog: Catalog, template_id: str, session: Session, applicant: str | None) -> DossierFile:
    """A declaration of a template, with every document that is asked for, once. Raises UnknownTemplate, TemplateNotInForce."""
    day = session.wiring.business_time_now().astimezone(session.wiring.zone).date()
    template = catalog.template(template_id, day)
    bare = filled(DossierFile(template=template_id), template)
    served = {(p.name, need.document) for p in bare.applications for need in p.needs if need.kind == "hard"}
    kinds = [
        document.kind
        for part in bare.applications
        for document in catalog.procedure(part.procedure, day).documents
        if document.required and not document.held_by_state and (part.name, document.kind) not in served
    ]
    documents = tuple(DocumentMessage(kind=kind) for kind in dict.fromkeys(kinds))
    return DossierFile(
        template=template_id,
        documents=documents,
        applicant={} if applicant is None else {"name": applicant},
        dossier_id=f"{template_id}-{uuid.uuid4().hex[:12]}",
    )


async def hand_in(session: Session, file: DossierFile, source: str, *, strict: bool = False) -> HandedIn:
    """Hand in a dossier and wait until it is on record. Raises DossierRefusedError, Unavailable and StoreError."""
    given = identified(file)
    dossier_id = given.dossier_id or ""
    intake = session.wiring.dossier_intake(await session.temporal())
    answer = await intake.submit(
        given,
        source=source,
        command_id=f"cli:submit:{dossier_id_of(source, dossier_id)}",
        actor=Actor(kind=ActorKind.APPLICANT, id=source, assurance=Assurance.CLAIMED),
        received_at=now(),
        strict=strict,
    )
    if isinstance(answer, GraphFault):
        raise DossierRefusedError(answer, session.words.language)
    streams = Dossiers(session.wiring.store)
    deadline = time.monotonic() + RECORD_SECONDS
    while (view := await asyncio.to_thread(streams.view, answer.case_id)) is None:
        if time.monotonic() >= deadline:
            break
        await asyncio.sleep(LOOK_SECONDS)
    return HandedIn(answer.case_id, dossier_id, answer.known, view, answer.left_out)


def command_of(kind: str, content: Mapping[str, Any], actor: Acting, command_id: str | None) -> DossierCommand:
    """A command to a dossier. Raises MessageError that names the first wrong field."""
    refuse_reserved(command_id)
    given = {
        "type": kind,
        "command_id": command_id or f"cli:{uuid.uuid4()}",
        "received_at": now(),
        "actor": {"kind": actor[0], "id": actor[1], "assurance": Assurance.CLAIMED},
        **tidied(dict(content)),
    }
    try:
        command: DossierCommand = _COMMAND.validate_python(given)
    except ValidationError as error:
        found = message_error_of(error)
        raise MessageError(found.field.removeprefix(f"{kind}."), found.reason, code=found.code) from None
    return command


def stream_of(session: Session, reference: str) -> str:
    """The stream of a dossier named by its stream or by its source's id. Raises RefusedError."""
    if is_dossier(reference):
        return reference
    known = Dossiers(session.wiring.store).find(reference)
    if known is None:
        raise RefusedError(refuse("dossier_unknown", "dossier"), session.words.language)
    return known.stream_id


async def ask_dossier(session: Session, stream_id: str, command: DossierCommand) -> None:
    """Give a dossier a command and wait for the answer. Raises RefusedError, NoAnswerError, ServerUnusableError, StoreError."""
    intake = session.wiring.dossier_intake(await session.temporal())
    at = session.wiring.business_time_now()
    try:
        asked = intake.ask(stream_id, command.model_copy(update={"received_at": at}))
        outcome = await asyncio.wait_for(asked, ANSWER_SECONDS)
    except (TimeoutError, Unavailable) as error:
        raise NoAnswerError(
            Said(
                "The dossier did not answer; what it got it takes when its worker runs.",
                "Nhóm hồ sơ không trả lời; yêu cầu sẽ được xử lý khi có tiến trình xử lý.",
            ),
            field="command_id",
            remedy=Said(
                f"Ask again with --command-id {command.command_id}: it takes effect once.",
                f"Gửi lại với --command-id {command.command_id}: yêu cầu chỉ có hiệu lực một lần.",
            ),
        ) from error
    if outcome.refusal is not None:
        raise RefusedError(outcome.refusal, session.words.language)
