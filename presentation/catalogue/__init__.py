"""What the province promises, on a screen."""
