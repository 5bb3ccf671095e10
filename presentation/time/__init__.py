"""The deadline calculator, calendars and reports on a screen."""
