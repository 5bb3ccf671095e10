"""Recorded histories lived again under other rules, by the same pure decider; nothing is written, no server is asked."""
