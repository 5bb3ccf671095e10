"""Whatever is changed in a bundle is found, by the check that is there for it; nothing that is fed to it brings it down."""

from __future__ import annotations

import pytest

from tests.verifier.bundles import a_case, content_of, tampered, unsigned, verdict
from tests.verifier.tampering import all_tampering
from verifier.checking import CHECKS

ALL = all_tampering()


@pytest.mark.parametrize(("file", "check"), [one[1:] for one in ALL], ids=[one[0] for one in ALL])
def test_it_is_found_by_its_check(file: bytes, check: str) -> None:
    """`content` is of accidents: these files have its digest right, but where it is no text at all."""
    judged = verdict(file)
    assert judged.first_fault is not None
    assert next(name for name in CHECKS if judged.checks[name] is False) == check


def test_a_tail_cut_from_an_unsigned_bundle_is_what_it_says_it_cannot_find() -> None:
    """The events that are left are proven; that there were no more is not, and the verdict says so."""
    judged = verdict(tampered(unsigned(a_case()), lambda content: content["streams"][0]["events"].pop()))
    assert judged.first_fault is None
    assert (judged.checks["report"], judged.checks["signature"]) == (None, None)


def test_the_first_event_that_differs_is_named() -> None:
    def altered(content: dict[str, object]) -> None:
        events = content_of(a_case())["streams"][0]["events"]
        for place in (7, 4):
            events[place]["body"] = events[place]["body"].replace("}", " }", 1)
        content["streams"] = [{"id": "case-a", "events": events}]

    fault = verdict(tampered(a_case(), altered)).first_fault
    assert fault is not None
    assert fault.args == ("hash_differs", "case-a 5")
