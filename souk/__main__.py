"""`python -m souk` is `souk`."""

from souk.cli import main

if __name__ == "__main__":
    main()
