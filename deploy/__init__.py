"""Running Greenlane on outside servers: files for container engines, and their check."""
