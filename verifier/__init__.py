"""The auditor's offline verifier of what `greenlane export` wrote: standard library and `cryptography`, no engine."""
