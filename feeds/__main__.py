"""`python -m feeds`: the command line without the app."""

from feeds.cli import main

if __name__ == "__main__":
    main()
