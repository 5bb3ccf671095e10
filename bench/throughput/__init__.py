"""Cases per second of the whole system beside a bare Temporal workflow, side by side in one run."""
