"""`python -m comanda`: the command line."""

import sys

from comanda.cli.parser import main

if __name__ == "__main__":
    sys.exit(main())
