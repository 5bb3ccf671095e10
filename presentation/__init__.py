"""How amounts of time, instants, names and commands are said in both languages, whatever the door."""
