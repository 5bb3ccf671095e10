"""Alerts outside Kafka: who is meant, what is said, and the delivery by webhook and e-mail."""

from greenlane.alerts.sender import AlertSender

__all__ = ["AlertSender"]
