"""Master keys: what wraps the keys of subjects, from a file or a key service, behind one interface of two methods."""
