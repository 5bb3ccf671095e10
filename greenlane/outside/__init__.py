"""What everybody needs who plays somebody outside, as an import or the sandbox does: how to hear and send on Kafka."""
