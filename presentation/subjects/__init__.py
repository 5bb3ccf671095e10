"""Persons and enterprises, and what is done for them."""
