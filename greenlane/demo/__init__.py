"""The demonstration: a few days of a province in two minutes, on the real stack, with departments that talk only Kafka."""
