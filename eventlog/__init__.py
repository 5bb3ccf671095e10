"""Event logs: reading and writing XES and OCEL. Driving a stack with one is the program's."""
