# `make run` brings up the page, `make test` runs all tests; both set up what they need in .venv first.
# `make extension` builds the browser extension; it needs Node.js and npm beside.

# The first Python of 3.11 or later that works; `make PYTHON=/path/to/python run` takes another.
PYTHON ?= $(shell for p in python3 python3.13 python3.12 python3.11; do \
	$$p -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo $$p && break; done)
PORT ?= 8000
VENV := .venv
BIN := $(VENV)/bin
NODE_MODULES := extension/node_modules/.package-lock.json
PIP := $(BIN)/python -m pip install --quiet --disable-pip-version-check

.PHONY: run test spark check bench extension extension-tools clean

run: $(VENV)/installed
	@$(BIN)/medrisk serve --host 127.0.0.1 --port $(PORT)

# One process a core. Each reads the knowledge for itself, so that more than four gain little.
test: $(VENV)/installed-dev extension-tools
	$(BIN)/python -m pytest --numprocesses auto --maxprocesses 4 --dist worksteal

# What `medrisk audit --engine spark` needs, some 450 MB; with it and Java 17 its tests run too.
spark: $(VENV)/installed-spark

check: $(VENV)/installed-dev
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/medrisk knowledge check

bench: $(VENV)/installed-dev
	$(BIN)/python bench/names.py
	$(BIN)/python bench/check.py
	$(BIN)/python bench/serve.py
	$(BIN)/python bench/audit.py --rows 1000000
	$(BIN)/python bench/cds.py

# Both zips in build/extension, after the checks of style and types and the tests of what needs no browser.
extension:
	@command -v npm >/dev/null || { echo "The extension needs Node.js 18.18 or later and npm: on Debian and Ubuntu, install nodejs and npm." >&2; exit 1; }
	@$(MAKE) --no-print-directory $(NODE_MODULES)
	@cd extension && npm run --silent lint && npm test --silent && npm run --silent build && npm run --silent lint-builds

# What the tests of the extension need. Without it they are left out, and the run says so.
extension-tools:
	@command -v npm >/dev/null || { echo "Node.js and npm are missing: the extension is not tested." >&2; exit 0; }; \
	$(MAKE) --no-print-directory $(NODE_MODULES) || echo "The tools of the extension could not be installed: it is not tested." >&2

$(NODE_MODULES): extension/package.json extension/package-lock.json
	@echo "Installing the tools of the extension."
	@cd extension && npm ci --ignore-scripts --no-audit --no-fund --silent
	@touch $@

clean:
	rm -rf extension/node_modules
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

$(VENV)/installed-spark: requirements-spark.txt $(VENV)/installed
	@echo "Adding PySpark; this takes a few minutes, once."
	@$(PIP) -r requirements-spark.txt
	@touch $@
