"""The auditor's offline verifier. Read `reading`, then `checking`, then `__main__`; docs/bundle.md says what a bundle is."""
