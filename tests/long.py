"""Whether a run takes the long form of the tests that break things, see README.md beside this file.

`COMANDA_LONG=1 .venv/bin/pytest tests/faults tests/attacks -s`
"""

import os

LONG = os.environ.get("COMANDA_LONG") == "1"
