"""Whether all that is kept is what the ledger says, and putting right what is not."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from pathlib import Path
from typing import Final

from audit.histories import AskedHistories
from audit.proof.signing import PublicKey, SigningKey
from audit.proof.witness import read_file, read_messages
from audit.rebuilding import Rebuilt, rebuild_all
from audit.verification import Evidence, PersonalLook, PublishedTopics, verify
from audit.verification_report import VerificationReport
from events.language.commands import Actor
from events.language.refusals import Refusal
from events.transport.reading import TopicReading
from services.installation import Installation
from services.recording_reads import Reader, record_read
from store.histories import Histories
from store.seals import installation_id

SEED_BYTES: Final = 4
OUTSIDE_TOPIC: Final = "topic"
"""How Kafka's topic of checkpoints is named where a file may be named too."""


def count_ledger(installation: Installation, actor: Actor) -> tuple[int, int]:
    """How many cases the ledger has, and how many events. Raises StoreError."""
    return installation.ledger.counts()


def count_histories(installation: Installation, actor: Actor) -> int:
    """Of how many closed workflow runs the history is stored. Raises StoreError."""
    return Histories(installation.store).count()[0]


def drawn_histories(sample: int | None, *, sandbox: bool) -> AskedHistories:
    """Which histories are replayed: all, or a sample by a fresh seed; in Temporal's sandbox or at half its cost."""
    return AskedHistories(sample, secrets.token_hex(SEED_BYTES), sandbox)


def read_evidence(
    installation: Installation, actor: Actor, key: str | None, checkpoints: str | None, *, own_key: SigningKey | None
) -> Evidence:
    """What an auditor brings along: public keys (PEM), and the name of a file of checkpoints, or `topic` for Kafka's.

    `key`: one after the other in the order in which they signed.
    `own_key`: the private key of the installation itself, by which signatures are looked at where none is brought along.
    Raises ProofError for what is no key and no checkpoint of this installation, StoreError, TransportError.
    """
    if key is None:
        return Evidence(known=() if own_key is None else (own_key.public,))
    trusted, outside, own = PublicKey.all_from_pem(key), None, installation_id(installation.store)
    if checkpoints == OUTSIDE_TOPIC:
        topic = installation.topics.checkpoints
        outside = read_messages(topic, TopicReading(installation.cluster).messages([topic]), own)
    elif checkpoints is not None:
        outside = read_file(Path(checkpoints), own)
    return Evidence(trusted, outside)


def verify_installation(
    installation: Installation,
    actor: Actor,
    *,
    topics: bool,
    evidence: Evidence | None = None,
    since_checkpoint: bool = False,
    histories: AskedHistories | None = None,
    personal: Reader | None = None,
    progress: Callable[[int], None] | None = None,
) -> VerificationReport:
    """Hold ledger, read models, inbox and checkpoints to the invariants; with `topics` Kafka too, which is read whole.

    `since_checkpoint`: see `audit.verification.verify`. With `histories` the stored workflow histories are replayed too.
    With `personal` all that is kept, Kafka included, is searched for values of the vault, which is a read of all persons and
    goes on record as that reader's: needs the master key.
    `progress`: so many more events or histories are done. Raises MasterKeyMissing, StoreError, TransportError.
    """
    published = PublishedTopics(installation.cluster, installation.topics) if topics else None
    look = None if personal is None else _personal_look(installation)
    report = verify(
        installation.store,
        published,
        progress,
        evidence=evidence,
        since_checkpoint=since_checkpoint,
        histories=histories,
        personal=look,
    )
    if personal is not None and report.personal is not None:
        record_read(installation, personal, filter={"personal": True}, count=report.personal.persons)
    return report


def _personal_look(installation: Installation) -> PersonalLook:
    """Raises MasterKeyMissing, before anything else is looked at."""
    vault = installation.vault
    vault.keys.master  # noqa: B018 - asked for first
    return PersonalLook(vault, PublishedTopics(installation.cluster, installation.topics))


def rebuild_read_models(
    installation: Installation,
    actor: Actor,
    *,
    replace: bool,
    key: str | None = None,
    progress: Callable[[], None] = lambda: None,
) -> Rebuilt | Refusal:
    """Fold the read models again, and compare or replace them; `progress`: one more case is done.

    Refuses to replace anything while the ledger is not what was written (`ledger_broken`). `key`: the public keys (PEM) that are
    trusted to have signed it, in their order. Raises ProofError for what is no key, StoreError.
    """
    keys = () if key is None else PublicKey.all_from_pem(key)
    return rebuild_all(installation.store, progress, replace=replace, keys=keys)
