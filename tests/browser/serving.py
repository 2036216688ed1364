"""Serves the bare screen as the app is served: ``python serving.py PORT``."""

import sys
from pathlib import Path

from ui.serve import run

if __name__ == "__main__":
    run(None, port=int(sys.argv[1]), open_browser=False, script=Path(__file__).with_name("screen.py"))
