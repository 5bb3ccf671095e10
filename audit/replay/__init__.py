"""Any moment again: what the events known at one instant say of another. The definition is docs/replay.md. Pure."""
