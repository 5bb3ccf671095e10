"""Whether the broker holds an access list: only then does the topic of a message prove who sent it."""

from __future__ import annotations

from kafka import errors as kafka_errors

from events.language.topics import Topics
from events.transport.cluster import Cluster

CHANGES = frozenset({"WRITE", "DELETE", "ALTER"})
"""What the reader of incoming topics must be refused; where it is not, nobody is."""


def is_guarded(cluster: Cluster, topics: Topics) -> bool:
    """Whether this account may read what comes in and write none of it, as the broker itself says.

    A broker without an access list, one that lets in who names no account, and an account that may do everything all answer
    that it may write: then a topic proves nothing. Nothing is sent. Raises KafkaAwayError, NotPermittedError.
    """
    with cluster.admin() as admin:
        allowed = {
            topic["name"]: frozenset(topic["authorized_operations"] or ())
            for topic in admin.describe_topics()
            if kafka_errors.for_code(topic["error_code"]) is kafka_errors.NoError
        }
    incoming = [allowed[name] for name in allowed if topics.system_of(name) or topics.department_of(name)]
    return bool(incoming) and all("READ" in each and not each & CHANGES for each in incoming)
