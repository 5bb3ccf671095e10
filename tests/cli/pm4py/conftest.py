"""Only where pm4py has an environment of its own (`make test-pm4py`): it is under the AGPL, and nothing of ours imports it."""

from __future__ import annotations

import os

collect_ignore = [] if os.environ.get("PM4PY") else ["test_read_by_pm4py.py"]
