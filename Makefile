# Two commands matter: `make demo` and `make test`. The rest is for those who work on the project.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check
LOCK := $(PIP) install --quiet --require-hashes -r
LINES := .coverage.json
SELF := $(PIP) install --quiet --no-deps --no-build-isolation -e .

.PHONY: help setup demo test tests bench bench-nlu office rasa lint style types lock

help: ## show these targets
	@grep -E '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | awk -F ':.*## ' '{printf "  make %-10s %s\n", $$1, $$2}'

$(VENV)/.runtime: requirements.lock pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Halo Puskesos needs Python 3.11 or newer; name one with: make PYTHON=python3.12 …")'
	@echo "Installing what the service needs (about a minute, once) …"
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	@$(LOCK) requirements.lock
	@$(SELF)
	@touch $@

$(VENV)/.dev: requirements-dev.lock $(VENV)/.runtime
	@echo "Installing what the tests need (about a minute, once) …"
	@$(LOCK) requirements-dev.lock
	@touch $@

setup: $(VENV)/.dev ## only install, into .venv, from the lock files

demo: $(VENV)/.runtime ## everything in one process, with sample data and a phone in the browser
	@$(BIN)/halo demo

lint: style types

style: $(VENV)/.dev
	@$(BIN)/ruff check --quiet .
	@$(BIN)/ruff format --quiet --check .
	@$(BIN)/lint-imports --no-logo

types: $(VENV)/.dev
	@$(BIN)/mypy

test: style ## every check and every test; types are checked on what the tests leave of a core
	@$(MAKE) --no-print-directory --jobs 2 types tests

tests: $(VENV)/.dev
	@$(BIN)/python -m tests.browser
	@rm -f $(LINES)
	@$(BIN)/python -m slipcover --json --out $(LINES) -m pytest -n 2
	@$(BIN)/python -m slipcover --merge $(LINES) --out $(LINES) --fail-under 90

bench: $(VENV)/.dev ## how fast, beside the floor of the same machine
	@$(BIN)/python -m tests.bench

bench-nlu: $(VENV)/.dev ## how well and how fast texts are understood; beside Rasa and the encoder where they are
	@$(BIN)/python -m tests.bench.nlu

office: $(VENV)/.dev ## let LibreOffice open every workbook; it has to be there
	@command -v soffice >/dev/null || { echo "LibreOffice is missing: apt-get install --no-install-recommends libreoffice-calc-nogui"; exit 1; }
	@$(BIN)/pytest -q -n 0 tests/bot/test_books.py

rasa: ## Rasa beside the service: install, check the corpus, train, serve (RASA_PORT, 5005)
	@sh nlu/rasa.sh

lock:
	@uv pip compile pyproject.toml --extra build --universal --generate-hashes --no-header --no-emit-index-url --no-annotate --quiet -o requirements.lock
	@uv pip compile pyproject.toml --extra build --extra dev --universal --generate-hashes --no-header --no-emit-index-url --no-annotate --quiet -o requirements-dev.lock
	@uv pip compile pyproject.toml --extra build --extra semantic --universal --generate-hashes --no-header --no-emit-index-url --no-annotate --quiet -o requirements-semantic.lock
