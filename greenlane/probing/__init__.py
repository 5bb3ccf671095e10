"""What is wrong with a server, in a word that a person can act on: asked at start, and whenever a client only says it failed."""
