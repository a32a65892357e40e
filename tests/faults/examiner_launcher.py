"""`comanda` with the examiner that breaks: `python -m tests.faults.examiner_launcher serve …`."""

import sys
from functools import partial

from comanda import app
from comanda.cli import parser
from tests.faults.broken_examiner import COMMAND

if __name__ == "__main__":
    app.build_app = partial(app.build_app, examiner=COMMAND)
    sys.exit(parser.main(sys.argv[1:]))
