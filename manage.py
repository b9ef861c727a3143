#!/usr/bin/env python
"""Django's command line for this installation."""

import atexit
import gc
import os
import sys


def main() -> None:
    """Run one management command."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "annotator.settings")
    # A command's modules stay as long as it runs: looking among them for garbage, again and again while they are loaded
    # and once more at the end, took a third of each start.
    gc.set_threshold(50_000, 20, 20)
    atexit.register(gc.freeze)
    from django.core.management import execute_from_command_line

    execute_from_command_line(sys.argv)


if __name__ == "__main__":
    main()
