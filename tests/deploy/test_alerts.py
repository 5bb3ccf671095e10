"""The rules for Prometheus ask for metrics that are served."""

from __future__ import annotations

import pytest

from deploy.check import FOLDER, alert_faults

ALERTS = (FOLDER / "alerts.yaml").read_text(encoding="utf-8")


def test_every_metric_is_served() -> None:
    assert alert_faults(ALERTS) == []


@pytest.mark.parametrize(
    ("former", "now"),
    [
        ("greenlane_unsigned_oldest_seconds", "greenlane_unsigned_seconds"),
        ("greenlane_dead_letters_total", "greenlane_dead_letter_total"),
        ("for: 5m", "four: 5m"),
        ("groups:", "groups: ["),
    ],
)
def test_a_slip_is_a_fault(former: str, now: str) -> None:
    assert former in ALERTS
    assert len(alert_faults(ALERTS.replace(former, now))) == 1
