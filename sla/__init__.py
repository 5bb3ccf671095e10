"""Time, and only time: working calendars, budgets, clocks with their suspensions, ladders. Pure."""
