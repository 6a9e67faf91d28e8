"""The command line: files and standard input in, text or JSON out, all through the one service.

Only click is imported at module level. The service, the server and whatever else takes time to load is imported inside
the command that needs it, so that ``medrisk check`` answers before its user looks up.
"""

from medrisk.cli.app import cli, main

__all__ = ["cli", "main"]
