"""What the whole installation takes from the province: its calendar, whose zone every screen shows."""

from __future__ import annotations

from typing import Final

PROVINCE_CALENDAR: Final = "vn-public"
