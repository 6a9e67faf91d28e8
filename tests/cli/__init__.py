"""Tests of the command line; a package, so that its modules share what conftest.py defines."""
