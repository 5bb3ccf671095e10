"""What `export-log` says of the file that it wrote."""

from __future__ import annotations

from pathlib import Path

import pytest

from presentation.log_export import exported_blocks
from presentation.words.words import Words
from services.log_export import ExportedLog
from tests.presentation.test_blocks import drawn


@pytest.mark.parametrize(
    ("language", "exported", "said"),
    [
        ("en", ExportedLog(1, 1), "log.xes: 1 case, 1 event."),
        ("en", ExportedLog(1, 2000), "log.xes: 1 case, 2,000 events."),
        ("vi", ExportedLog(2000, 0), "log.xes: 2,000 hồ sơ, 0 sự kiện."),
    ],
)
def test_one_case_is_no_cases(language: str, exported: ExportedLog, said: str) -> None:
    assert drawn(*exported_blocks(Path("log.xes"), exported, Words(language)), width=200).strip() == said
