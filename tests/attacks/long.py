"""The long form: `COMANDA_LONG=1 .venv/bin/pytest tests/attacks -s`."""

import os

LONG = os.environ.get("COMANDA_LONG") == "1"
