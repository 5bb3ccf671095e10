"""The one data converter: worker, intake and tools must agree on how a value becomes a payload."""

from __future__ import annotations

from temporalio.contrib.pydantic import pydantic_data_converter

DATA_CONVERTER = pydantic_data_converter
