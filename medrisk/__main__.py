"""``python -m medrisk``: the command line without an installed script."""

from medrisk.cli import main

main()
