"""How the program speaks to whoever called it: answers, errors, progress, help in the language, and views that live."""
