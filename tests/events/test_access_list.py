"""The access list as data: what each account may do, and above all what it may not."""

from __future__ import annotations

import pytest

from catalog.systems import PORTAL
from events.language.access import (
    AUDITOR,
    BRIDGE,
    OPERATOR,
    OWNER,
    PUBLISHER,
    WORKER,
    Rights,
    access_list,
    party_rights,
)
from events.language.topics import Topics
from tests.kafka_attempts import covered

TOPICS = Topics()
DEPARTMENTS = ("culture", "culture-desk", "health")
SYSTEMS = (PORTAL, "north")
LIST = {rights.account: rights for rights in access_list(TOPICS, DEPARTMENTS, SYSTEMS)}
INCOMING = {
    **{TOPICS.decisions(department): department for department in DEPARTMENTS},
    **{TOPICS.submissions_of(system): system for system in SYSTEMS},
}
"""Topics whose messages act, and the one account that may write there."""
ALL_TOPICS = {
    *TOPICS.of_system(),
    *(name for department in DEPARTMENTS for name in TOPICS.of_department(department)),
    *(name for system in SYSTEMS for name in TOPICS.of_submitter(system)),
}


def test_everybody_has_one_account() -> None:
    """Each department, each system, and the engine's own; the owner needs no rights, and nobody else has all."""
    assert set(LIST) == {*DEPARTMENTS, *SYSTEMS, BRIDGE, PUBLISHER, WORKER, OPERATOR, AUDITOR}
    assert OWNER not in LIST


@pytest.mark.parametrize("topic", INCOMING)
def test_what_acts_is_written_by_its_sender_alone(topic: str) -> None:
    """No other department, no system, no auditor, and none of the engine's processes may speak in a sender's name."""
    assert {account for account, rights in LIST.items() if covered(rights.writes, [topic])} == {INCOMING[topic]}


def test_a_department_has_its_own_work_and_answers() -> None:
    rights = LIST["culture"]
    assert covered(rights.reads, ALL_TOPICS) == {TOPICS.work("culture")}
    assert covered(rights.writes, ALL_TOPICS) == {TOPICS.decisions("culture")}


def test_a_system_has_its_submissions_its_answers_and_the_public_log() -> None:
    rights = LIST["north"]
    assert covered(rights.reads, ALL_TOPICS) == {TOPICS.answers("north"), TOPICS.case_events}
    assert covered(rights.writes, ALL_TOPICS) == {TOPICS.submissions_of("north")}


def test_persons_are_read_by_the_bridge_alone() -> None:
    """Submissions hold personal data; their dead letters too, which the operator may look through."""
    for system in SYSTEMS:
        submissions = TOPICS.submissions_of(system)
        assert {account for account, rights in LIST.items() if covered(rights.reads, [submissions])} == {BRIDGE}
        letters = {
            account for account, rights in LIST.items() if covered(rights.reads, [TOPICS.dead_letters(submissions)])
        }
        assert letters == {BRIDGE, OPERATOR}


def test_who_only_looks_writes_nothing() -> None:
    assert not any(covered(LIST[account].writes, ALL_TOPICS) for account in (AUDITOR, WORKER))
    assert covered(LIST[AUDITOR].reads, ALL_TOPICS) == {TOPICS.case_events, TOPICS.escalations, TOPICS.checkpoints}
    assert LIST[WORKER] == Rights(WORKER)


def test_the_publisher_reads_nothing_and_the_bridge_publishes_nothing() -> None:
    assert not covered(LIST[PUBLISHER].reads, ALL_TOPICS)
    assert (
        covered(LIST[BRIDGE].writes, ALL_TOPICS)
        == {topic for topic in ALL_TOPICS | {TOPICS.dead_letters(TOPICS.replays)} if topic.endswith(".dlq")}
        & ALL_TOPICS
    )


def test_checkpoints_are_written_by_who_holds_the_key_and_read_by_who_checks() -> None:
    """A department or the worker that could write there could drown what an auditor keeps."""
    assert {account for account, rights in LIST.items() if covered(rights.writes, [TOPICS.checkpoints])} == {PUBLISHER}
    readers = {account for account, rights in LIST.items() if covered(rights.reads, [TOPICS.checkpoints])}
    assert readers == {OPERATOR, AUDITOR}


@pytest.mark.parametrize("account", [BRIDGE, PUBLISHER])
def test_missing_topics_are_made_by_who_writes_them(account: str) -> None:
    """And by nobody else, so nobody can make a topic in a sender's name."""
    assert LIST[account].makes == LIST[account].writes
    assert not any(rights.makes for name, rights in LIST.items() if name not in {BRIDGE, PUBLISHER})


def test_a_name_that_begins_like_another_is_not_the_other() -> None:
    """`culture` may not read what is `culture-desk`'s, and its groups begin with its whole name and a dot."""
    assert not covered(LIST["culture"].reads, [TOPICS.work("culture-desk")])
    assert LIST["culture"].groups == {"culture", "culture."}


@pytest.mark.parametrize(
    ("prefix", "department", "withheld"),
    [("greenlane", "greenlane-bridge", {"greenlane-bridge"}), ("culture.test", "culture", {"culture."})],
)
def test_nobody_gets_into_the_bridges_group(prefix: str, department: str, withheld: set[str]) -> None:
    """Whatever a department and a prefix are called: a member of that group would be given the bridge's partitions."""
    rights = party_rights(Topics(prefix), department, (department,))
    assert rights.groups == {department, f"{department}."} - withheld


def test_an_account_may_act_for_several() -> None:
    """As the system of a log that is imported does, which plays the departments that the log names."""
    rights = party_rights(TOPICS, "import", ("culture", "health"), ("import",))
    assert covered(rights.writes, ALL_TOPICS) == {
        TOPICS.decisions("culture"),
        TOPICS.decisions("health"),
    }
    assert TOPICS.submissions_of("import") in rights.writes
    assert rights.groups == {"import", "import."}
