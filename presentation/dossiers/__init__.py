"""Linked dossiers on a screen."""
