"""Imports the Online Retail data and compares every column of every customer.

    python tests/online_retail/check.py DATA_DIR --uri mongodb://… --order shuffled --twice

This file lets the check be started by its path; the check itself is ``__main__.py`` beside it.
"""

import runpy
import sys
from pathlib import Path

if __name__ == "__main__":
    sys.path.insert(0, str(Path(__file__).resolve().parents[2]))
    runpy.run_module("tests.online_retail", run_name="__main__", alter_sys=True)
