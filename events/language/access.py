"""Who may read and write which topics: the access list as data. A broker that holds it is the border between departments.

Accounts of departments and submitting systems bear their ids; the engine's own begin with a dot, which no id can.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from events.language.topics import Topics

OWNER = ".owner"
"""Makes topics, accounts and rights, and may do everything; never of a process that runs."""
NODE = ".node"
"""The broker itself."""
BRIDGE = ".bridge"
PUBLISHER = ".publisher"
WORKER = ".worker"
"""Has no business on Kafka."""
OPERATOR = ".operator"
"""The command line."""
AUDITOR = ".auditor"
"""Who reads the public log and can write nothing."""

NOTHING: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Rights:
    """What one account may do. A name that ends with a dot stands for all that begin so; what is not listed is refused."""

    account: str
    reads: frozenset[str] = NOTHING
    writes: frozenset[str] = NOTHING
    makes: frozenset[str] = NOTHING
    """Topics that it may make when they are missing."""
    sees: frozenset[str] = NOTHING
    """Topics of which it may know that they are there and how many messages they hold."""
    groups: frozenset[str] = NOTHING
    """Consumer groups in whose name it may read."""
    sees_groups: frozenset[str] = NOTHING
    """Consumer groups whose place in the topics it may know."""
    transactions: frozenset[str] = NOTHING
    """Ids of transactions in which it may write."""


def is_prefix(name: str) -> bool:
    """Whether this name of the list stands for all that begin so."""
    return name.endswith(".")


def _covers(names: Iterable[str], name: str) -> bool:
    return any(name.startswith(each) if is_prefix(each) else name == each for each in names)


def party_rights(topics: Topics, account: str, departments: Iterable[str] = (), systems: Iterable[str] = ()) -> Rights:
    """The rights of somebody outside: of the departments and submitting systems for which it acts, usually itself."""
    departments, systems = frozenset(departments), frozenset(systems)
    own = _own_names(topics, account)
    reads = {topics.work(department) for department in departments} | {topics.answers(system) for system in systems}
    writes = {topics.decisions(department) for department in departments}
    if systems:
        # What became of its cases a submitting system learns from the public log alone.
        reads.add(topics.case_events)
    return Rights(
        account,
        reads=frozenset(reads),
        writes=frozenset(writes | {topics.submissions_of(system) for system in systems}),
        groups=own,
        transactions=own,
    )


def _own_names(topics: Topics, account: str) -> frozenset[str]:
    """Names that begin with the account; never the bridge's group, whatever prefix and ids were chosen."""
    public = account.removeprefix(".")
    return frozenset(name for name in (public, f"{public}.") if not _covers((name,), topics.bridge_group))


def engine_rights(topics: Topics, departments: Iterable[str], systems: Iterable[str]) -> tuple[Rights, ...]:
    """The rights of the engine's processes, of the command line and of auditors."""
    incoming = frozenset([*map(topics.decisions, departments), *map(topics.submissions_of, systems)])
    letters = frozenset(map(topics.dead_letters, incoming | {topics.replays}))
    outgoing = frozenset({f"{topics.prefix}.work.", f"{topics.prefix}.answers."})
    public = frozenset({topics.case_events, topics.escalations, topics.checkpoints})
    group = frozenset({topics.bridge_group})
    return (
        Rights(
            BRIDGE,
            reads=incoming | letters | {topics.replays},
            writes=letters,
            makes=letters,
            groups=group,
        ),
        Rights(PUBLISHER, writes=outgoing | public, makes=outgoing | public),
        Rights(WORKER),
        Rights(
            OPERATOR,
            reads=outgoing | public | letters,
            writes=letters | {topics.replays},
            sees=incoming,
            sees_groups=group,
        ),
        Rights(AUDITOR, reads=public, groups=_own_names(topics, AUDITOR)),
    )


def access_list(topics: Topics, departments: Iterable[str], systems: Iterable[str]) -> tuple[Rights, ...]:
    """The whole list for these departments and submitting systems, each with an account of its own."""
    departments, systems = sorted(set(departments)), sorted(set(systems))
    return (
        *engine_rights(topics, departments, systems),
        *(party_rights(topics, department, departments=(department,)) for department in departments),
        *(party_rights(topics, system, systems=(system,)) for system in systems),
    )
