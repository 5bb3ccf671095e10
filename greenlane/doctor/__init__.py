"""What is wrong with an installation, and what mends it: rules that are pure, probes that gather what the rules judge."""
