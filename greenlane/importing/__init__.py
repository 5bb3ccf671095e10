"""Event logs as applications and decisions, driven through the live stack over Kafka by senders from outside."""
