"""Benchmarks; their recorded figures are in bench/results."""

from catalog.basis import Text
from catalog.systems import SubmittingSystem

SOURCE = "/bench"
SYSTEM = SubmittingSystem(id="bench", name=Text(vi="Đo hiệu năng", en="Benchmark"), sources=(SOURCE,))
"""Who hands the applications of benchmarks in, and acts for the departments; registered when their stack starts."""
