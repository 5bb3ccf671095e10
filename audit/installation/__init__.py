"""Judging an installation from what was measured of it: machine, servers, catalogue, work that lies undone. Asks nobody."""
