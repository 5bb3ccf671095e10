"""Benchmarks; their recorded figures are in bench/results."""
