"""Cases, their steps and their escalations on a screen."""
