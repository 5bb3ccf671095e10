"""Topics: the security boundary between departments. One prefix, one name per purpose."""

from __future__ import annotations

import re
from dataclasses import dataclass

from catalog.systems import PORTAL
from events.language.identity import DEPARTMENT_LENGTH_MAX

VERSION = "v1"
DEAD_LETTER_SUFFIX = ".dlq"


@dataclass(frozen=True, slots=True)
class Topics:
    """The names of all topics under one prefix."""

    prefix: str = "greenlane"

    @property
    def submissions(self) -> str:
        """Applications in, from the province's portal; with its dead letters it may carry personal data."""
        return self.submissions_of(PORTAL)

    def submissions_of(self, system: str) -> str:
        """Applications in, from this submitting system; with its dead letters it may carry personal data."""
        return f"{self.prefix}.submissions{_suffix(system)}.{VERSION}"

    def answers(self, system: str) -> str:
        """Refusals of what this submitting system sent."""
        return f"{self.prefix}.answers{_suffix(system)}.{VERSION}"

    @property
    def replays(self) -> str:
        """Which dead letters are to be handled again; only the operator writes it, only the bridge reads it."""
        return f"{self.prefix}.replays.{VERSION}"

    @property
    def case_events(self) -> str:
        """Every event of every case, kept for ever."""
        return f"{self.prefix}.case-events.{VERSION}"

    @property
    def escalations(self) -> str:
        """Alerts for supervisors."""
        return f"{self.prefix}.escalations.{VERSION}"

    @property
    def checkpoints(self) -> str:
        """Signed checkpoints, for auditors; kept for ever."""
        return f"{self.prefix}.checkpoints.{VERSION}"

    def work(self, department: str) -> str:
        """Steps assigned to this department, and refusals of its answers."""
        return f"{self.prefix}.work.{department}.{VERSION}"

    def is_outgoing(self, topic: str) -> bool:
        """Whether this is a topic that the outbox alone is published to."""
        several = (f"{self.prefix}.work.", f"{self.prefix}.answers.")
        single = (self.case_events, self.escalations, self.checkpoints)
        return topic in single or (topic.startswith(several) and topic.endswith(f".{VERSION}"))

    def decisions(self, department: str) -> str:
        """This department's answers."""
        return f"{self.prefix}.decisions.{department}.{VERSION}"

    @property
    def decisions_pattern(self) -> str:
        """A regular expression that matches every decisions topic, and no dead-letter topic."""
        return rf"^{re.escape(self.prefix)}\.decisions\.[a-z0-9-]+\.{VERSION}$"

    @property
    def submissions_pattern(self) -> str:
        """A regular expression that matches every submissions topic, and no dead-letter topic."""
        return rf"^{re.escape(self.prefix)}\.submissions(\.[a-z0-9-]+)?\.{VERSION}$"

    def system_of(self, topic: str) -> str | None:
        """The submitting system whose submissions topic this is, else None."""
        match = re.fullmatch(
            rf"{re.escape(self.prefix)}\.submissions(?:\.([a-z0-9-]{{1,{DEPARTMENT_LENGTH_MAX}}}))?\.{VERSION}", topic
        )
        return None if match is None else match.group(1) or PORTAL

    def department_of(self, topic: str) -> str | None:
        """The department whose decisions topic this is, else None."""
        match = re.fullmatch(
            rf"{re.escape(self.prefix)}\.decisions\.([a-z0-9-]{{1,{DEPARTMENT_LENGTH_MAX}}})\.{VERSION}", topic
        )
        return match.group(1) if match else None

    @property
    def bridge_group(self) -> str:
        """The consumer group of all bridges: one place in the topics, however many processes share the work."""
        return f"{self.prefix}-bridge"

    @staticmethod
    def dead_letters(topic: str) -> str:
        """Where messages of this topic go that could not be processed."""
        return topic + DEAD_LETTER_SUFFIX

    def of_department(self, department: str) -> tuple[str, ...]:
        """The topics one department needs."""
        decisions = self.decisions(department)
        return (self.work(department), decisions, self.dead_letters(decisions))

    def of_submitter(self, system: str) -> tuple[str, ...]:
        """The topics one submitting system needs."""
        submissions = self.submissions_of(system)
        return (submissions, self.dead_letters(submissions), self.answers(system))

    def of_system(self) -> tuple[str, ...]:
        """The topics every stack needs, whatever its departments and other submitting systems."""
        replays = (self.replays, self.dead_letters(self.replays))
        return (*self.of_submitter(PORTAL), self.case_events, self.escalations, self.checkpoints, *replays)


def _suffix(system: str) -> str:
    return "" if system == PORTAL else f".{system}"
