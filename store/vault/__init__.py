"""Personal data: sealed, in a schema of its own, under keys that only the master key opens."""
