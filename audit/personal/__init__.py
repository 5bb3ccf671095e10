"""I11: whether anything that tells who a person is stands where it must not."""
