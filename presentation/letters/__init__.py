"""Alerts as letters and payloads: what happened, to whom it is told, and what is to be done."""
