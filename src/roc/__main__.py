"""``python -m roc``: the command line."""

from roc.cli import main

main()
