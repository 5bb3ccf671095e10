"""Holding a whole installation to its invariants: ledger, read models, inbox, and where asked the topics."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextvars import copy_context
from typing import NamedTuple

from audit.checkpoints import ProofLook, check_proofs
from audit.examination import KINDS, batches_among, examine_all
from audit.histories import AskedHistories, check_histories
from audit.kept_definitions import check_definitions
from audit.owed import check_owed
from audit.personal.check import check_personal
from audit.proof.signing import PublicKey
from audit.proof.witness import Outside
from audit.published import Tally, check_published
from audit.rebuild import find_surplus
from audit.routing import check_routing
from audit.soundness import check_ahead, check_heads
from audit.verification_report import OF_STREAMS, OF_THE_WHOLE, PersonalTally, ReplayTally, VerificationReport
from events.language.topics import Topics
from events.transport.cluster import Cluster
from events.transport.reading import TopicReading
from store.database import Store
from store.owed import may_see_persons
from store.soundness import streams_unsigned
from store.vault.vault import Vault


class PublishedTopics(NamedTuple):
    """Where the events of the installation are published."""

    cluster: Cluster
    names: Topics


class PersonalLook(NamedTuple):
    """With what it is searched for values of the vault."""

    vault: Vault
    topics: PublishedTopics


class Evidence(NamedTuple):
    """What an auditor brings along against which the past is held."""

    keys: tuple[PublicKey, ...] = ()
    """Whom the auditor trusts to have signed, in the order in which they did; their successors are followed."""
    outside: Outside | None = None
    """What left the house; needs a key."""
    known: tuple[PublicKey, ...] = ()
    """Without a key: whose signatures are looked at all the same, since the installation itself has these keys."""


def verify(
    store: Store,
    topics: PublishedTopics | None = None,
    watch: Callable[[int], None] | None = None,
    *,
    evidence: Evidence | None = None,
    since_checkpoint: bool = False,
    histories: AskedHistories | None = None,
    personal: PersonalLook | None = None,
) -> VerificationReport:
    """Check every case of the ledger, the read models against it, the inbox, and with `topics` Kafka against the outbox.

    `evidence`: what the checkpoints are held against beside the database. `since_checkpoint`: only streams with events that no
    checkpoint signed yet are folded and decided again, of the others the leaves alone count. With `histories` the stored
    workflow histories are replayed too. With `personal` all that is kept is searched for values of the vault. `watch` is called
    with the number of events, and of histories, after each batch. Raises StoreError, TransportError, ProcessLost.
    """
    report, evidence = VerificationReport(), evidence or Evidence()
    report.ask(*OF_THE_WHOLE, *(("I3",) if topics is not None else ()))
    report.note_all(check_definitions(store))
    # Much of it PostgreSQL works out: meanwhile the streams are examined.
    with ThreadPoolExecutor(1, "beside-the-streams") as thread:
        beside = thread.submit(copy_context().run, _look_beside, store, evidence)
        _note_examined(store, report, watch, streams_unsigned(store) if since_checkpoint else None)
        look, others = beside.result()
        _note_proofs(look, report, evidence)
        report.note_findings(others)
    report.unseen += [] if may_see_persons(store) else ["vault"]
    if topics is not None:
        _compare_topics(store, topics, report)
    if histories is not None:
        _check_histories(store, histories, report, watch)
    if personal is not None:
        _check_personal(store, personal, report)
    return report


def _check_personal(store: Store, look: PersonalLook, report: VerificationReport) -> None:
    report.ask("I11")
    report.personal = PersonalTally()
    report.note_all(check_personal(store, look.vault, *look.topics, report.personal))


def _check_histories(
    store: Store, asked: AskedHistories, report: VerificationReport, watch: Callable[[int], None] | None
) -> None:
    report.ask("I13")
    report.replays = ReplayTally()
    report.note_all(check_histories(store, asked, report.replays, watch))


def _look_beside(store: Store, evidence: Evidence) -> tuple[ProofLook, VerificationReport]:
    """What stands beside the streams: checkpoints; inbox, outbox, codes and vault."""
    look = check_proofs(store, evidence.keys, evidence.outside, evidence.known)
    report = VerificationReport()
    report.note_all(check_owed(store))
    return look, report


def _note_examined(
    store: Store, report: VerificationReport, watch: Callable[[int], None] | None, only: Sequence[str] | None
) -> None:
    """Every stream, or `only` these: its chain, its rules, its read models; and what the read models have beside them."""
    report.nothing_new = only is not None and not only
    if not report.nothing_new:
        report.ask(*OF_STREAMS)
        for examined in examine_all(store, None if only is None else batches_among(only), watch=watch):
            report.take(examined)
    report.note_all(check_heads(store))
    report.note_all(check_ahead(store))
    for kind in KINDS.values():
        report.note_differences(find_surplus(store, kind.rows, replace=False))


def _note_proofs(look: ProofLook, report: VerificationReport, evidence: Evidence) -> None:
    """I9: what was signed is what stands, and what left the house too where it was brought along."""
    report.checkpoints, report.unsigned = look.checkpoints, look.unsigned
    report.witnessed, report.unseen_signatures = look.witnessed, look.unseen
    report.unseen += ["signatures"] if look.unseen else []
    report.note_all(look.violations)
    if evidence.outside is not None:
        report.witness, report.torn = "checkpoints", evidence.outside.torn


def _compare_topics(store: Store, topics: PublishedTopics, report: VerificationReport) -> None:
    tally = Tally()
    report.note_all(check_routing(store))
    report.note_all(check_published(store, topics.names, TopicReading(topics.cluster), tally))
    report.redelivered = tally.redelivered
