"""`python -m aiweb` is the `aiweb` command."""

from aiweb.cli import main

if __name__ == "__main__":
    main()
