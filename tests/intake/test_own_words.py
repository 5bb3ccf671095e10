"""What applicants write later: a command refers to it, the same message to the same text, another to another."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from events.language.commands import (
    Actor,
    ActorKind,
    CaseCommand,
    DocumentPart,
    ReceiveExplanation,
    ReceiveSupplement,
    ResumeClock,
    WithdrawApplication,
)
from events.language.dossier_commands import DossierCommand, WithdrawDossier
from events.language.identity import is_held_apart, text_ref_of
from events.language.sameness import digest_of
from intake.own_words import OwnWords

CASE = "case-" + "0" * 24
GIVEN: dict[str, Any] = {
    "command_id": "w1",
    "received_at": datetime(2026, 3, 2, 2, tzinfo=UTC),
    "actor": Actor(kind=ActorKind.APPLICANT, id="portal"),
}


class Texts:
    """The vault's part of a register, in memory."""

    def __init__(self) -> None:
        self.kept: dict[str, str] = {}

    def keep_texts(self, _: str, texts: Mapping[str, str]) -> dict[str, str]:
        """As the vault: a reference never changes its text."""
        found: dict[str, str] = {}
        for reference, text in texts.items():
            same = self.kept.setdefault(reference, text) == text
            found[reference] = reference if same else reference + "-other"
            self.kept.setdefault(found[reference], text)
        return found


async def apart(texts: Texts, command: CaseCommand | DossierCommand) -> Any:
    return await OwnWords(texts).kept_apart(CASE, command)  # type: ignore[arg-type]


async def test_each_text_is_kept_and_referred_to() -> None:
    """Reasons, where an answer lies, where documents lie: of a case and of a dossier."""
    texts = Texts()
    withdrawn = await apart(texts, WithdrawApplication(**GIVEN, reason="Tôi chuyển nhà"))
    assert (withdrawn.reason, texts.kept[withdrawn.reason_ref]) == (None, "Tôi chuyển nhà")
    given_back = await apart(texts, WithdrawDossier(**{**GIVEN, "command_id": "w2"}, reason="Bán quán"))
    assert (given_back.reason, texts.kept[given_back.reason_ref]) == (None, "Bán quán")
    explained = await apart(texts, ReceiveExplanation(**{**GIVEN, "command_id": "w3"}, reference="C:/An/tra-loi.pdf"))
    assert texts.kept[explained.reference] == "C:/An/tra-loi.pdf"
    parts = (DocumentPart(kind="a", reference="An.pdf"), DocumentPart(kind="b"), DocumentPart(kind="c", reference="c"))
    received = await apart(texts, ReceiveSupplement(**{**GIVEN, "command_id": "w4"}, documents=parts))
    assert [part.kind for part in received.documents] == ["a", "b", "c"]
    first, none, third = (part.reference for part in received.documents)
    assert (texts.kept[first], none, texts.kept[third]) == ("An.pdf", None, "c")
    assert all(is_held_apart(reference) for reference in texts.kept)


async def test_a_command_without_such_text_is_itself() -> None:
    """Nothing is looked up for what most commands are."""
    for command in (ResumeClock(**GIVEN, reason="the court has decided"), WithdrawApplication(**GIVEN)):
        assert await apart(Texts(), command) is command


async def test_redelivered_it_is_the_same_command_and_with_other_words_another() -> None:
    """The reference says nothing of the text, and yet two texts under one id are two commands (sameness)."""
    texts = Texts()
    first, again, other = [
        await apart(texts, WithdrawApplication(**GIVEN, reason=reason)) for reason in ("A", "A", "B")
    ]
    assert first == again
    assert digest_of(first) == digest_of(again) != digest_of(other)
    assert first.reason_ref == text_ref_of(CASE, "w1", "reason")
    assert texts.kept[other.reason_ref] == "B"
    assert is_held_apart(other.reason_ref)


async def test_a_sender_cannot_name_what_another_wrote() -> None:
    """A reference that looks like ours is the sender's text, as any other."""
    texts = Texts()
    stolen = text_ref_of(CASE, "w9", "reason")
    explained = await apart(texts, ReceiveExplanation(**GIVEN, reference=stolen))
    assert explained.reference != stolen
    assert texts.kept[explained.reference] == stolen
