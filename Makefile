# `make run` brings up the page, `make test` runs all tests; both set up what they need in .venv first.

# The first Python of 3.11 or later that works; `make PYTHON=/path/to/python run` takes another.
PYTHON ?= $(shell for p in python3 python3.13 python3.12 python3.11; do \
	$$p -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo $$p && break; done)
PORT ?= 8000
VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip install --quiet --disable-pip-version-check

.PHONY: run test check bench clean

run: $(VENV)/installed
	@$(BIN)/medrisk serve --host 127.0.0.1 --port $(PORT)

test: $(VENV)/installed-dev
	$(BIN)/python -m pytest

check: $(VENV)/installed-dev
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/medrisk knowledge check

bench: $(VENV)/installed-dev
	$(BIN)/python bench/names.py
	$(BIN)/python bench/check.py
	$(BIN)/python bench/serve.py

clean:
	rm -rf $(VENV) build *.egg-info .pytest_cache .mypy_cache .ruff_cache .import_linter_cache .hypothesis
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

$(VENV)/installed: requirements.txt pyproject.toml
	@test -n "$(PYTHON)" || { echo "medrisk needs Python 3.11 or later; none was found." >&2; exit 1; }
	@echo "Setting up $(VENV) with $(PYTHON); this takes a minute, once."
	@$(PYTHON) -m venv $(VENV) || { echo "The module venv is missing: on Debian and Ubuntu, install python3-venv." >&2; exit 1; }
	@$(PIP) -r requirements.txt
	@$(PIP) --no-deps --editable .
	@$(BIN)/python -m compileall -q medrisk
	@touch $@

$(VENV)/installed-dev: requirements-dev.txt $(VENV)/installed
	@echo "Adding what the tests and checks need."
	@$(PIP) -r requirements-dev.txt
	@touch $@
