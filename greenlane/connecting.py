"""How our processes reach the servers, made of the settings; every client is made of what stands here."""

from __future__ import annotations

from typing import Any

from events.transport.cluster import Cluster
from greenlane.errors import SettingsError
from greenlane.settings import Settings
from sla.wording import Said


def cluster_of(settings: Settings) -> Cluster:
    """The Kafka cluster, and as whom it is reached. Raises SettingsError when none is named."""
    if settings.kafka_bootstrap is None:
        raise SettingsError(
            Said("No Kafka is named.", "Chưa nêu Kafka."),
            field="GREENLANE_KAFKA_BOOTSTRAP",
            remedy=Said("Name one, or start `greenlane up`.", "Nêu tên một máy chủ, hoặc chạy `greenlane up`."),
        )
    return Cluster(settings.kafka_bootstrap, kafka_options(settings))


def kafka_options(settings: Settings) -> dict[str, Any]:
    """The connection options of kafka-python."""
    options: dict[str, Any] = {"security_protocol": settings.kafka_security_protocol}
    if settings.kafka_sasl_mechanism is not None:
        options["sasl_mechanism"] = settings.kafka_sasl_mechanism
    if settings.kafka_username is not None:
        options["sasl_plain_username"] = settings.kafka_username
    if settings.kafka_password is not None:
        options["sasl_plain_password"] = settings.kafka_password.get_secret_value()
    return options
