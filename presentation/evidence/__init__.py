"""The report in a bundle: a page that reads and prints well, in both languages."""
