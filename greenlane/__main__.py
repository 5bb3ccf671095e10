"""`python -m greenlane` and the `greenlane` program."""

from greenlane.cli import main

if __name__ == "__main__":
    main()
