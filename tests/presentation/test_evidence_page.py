"""The page of a bundle: nothing but long digests is broken within, and real time is told from business time."""

from __future__ import annotations

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from cases.views import view_of
from presentation.blocks import table_of
from presentation.evidence.html import block_html
from presentation.evidence.page import STYLE, evidence_page
from presentation.moments import Moments
from presentation.words.words import Words
from services.case_sheets import CaseSheet
from services.exports import Narrative
from sla.business_time import BusinessTime
from tests.builders import an_open_life
from tests.verifier.bundles import RULES, paper

ZONE = ZoneInfo("Asia/Ho_Chi_Minh")
START = datetime(2026, 3, 2, 2, tzinfo=UTC)
SCALED = BusinessTime(business_anchor_at=START, real_anchor_at=START, factor=3600)


def test_only_a_word_longer_than_a_column_may_be_broken_within() -> None:
    """Days, numbers and headings are never cut; a digest may be, so that its table stays on the paper."""
    table = table_of("Law", "Level", "At")
    digest = "0123456789abcdef" * 4
    table.add("28/11/2026 00:14:48", f"SHA-256 {digest}")
    html = block_html(table)
    assert f'SHA-256 <span class="long">{digest}</span>' in html
    assert "<td>28/11/2026 00:14:48</td>" in html
    rules = [rule for rule in STYLE.split("}") if "anywhere" in rule]
    assert [rule.partition("{")[0].strip() for rule in rules] == [".long"]


def test_what_others_wrote_at_length_is_no_markup_either() -> None:
    table = table_of("Law", "Level")
    table.add("<b>" + "&" * 40 + "</b>")
    assert f'<span class="long">&lt;b&gt;{"&amp;" * 40}&lt;/b&gt;</span>' in block_html(table)


@pytest.mark.parametrize(
    ("language", "said", "told"),
    [
        ("vi", "05/03/2026 07:00:00 (thời gian thực)", "Thời gian nghiệp vụ"),
        ("en", "2026-03-05 07:00:00 (real time)", "Business time runs 3600 times as fast"),
    ],
)
def test_where_business_time_is_scaled_the_page_says_which_instants_are_real(
    language: str, said: str, told: str
) -> None:
    """When it was exported and signed; where both times are one nothing needs to be said."""
    scaled, real = (_page(language, time) for time in (SCALED, BusinessTime.real_time()))
    assert scaled.count(said.partition("(")[2]) == 2
    assert said in scaled
    assert told in scaled
    assert said.partition("(")[2] not in real
    assert told not in real


def _page(language: str, time: BusinessTime) -> str:
    life, words = an_open_life(), Words(language)
    sheet = CaseSheet(life.case, view_of(life.case), tuple(life.records), [])
    narrative = Narrative(paper().evidence("case", "case-b", definitions=(RULES,)), (sheet,), None, 0, None)
    return evidence_page(narrative, [Moments(words, ZONE, time, START)]).head
