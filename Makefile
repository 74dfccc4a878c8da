# Everything a person or a machine does here, by name. `make` lists it.
SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check install --quiet --require-hashes
MANAGE := $(BIN)/python manage.py
UV ?= uv
CHROMIUM ?= $(shell command -v chromium || command -v chromium-browser || command -v google-chrome)
TESTS ?= tests
PYTEST := $(BIN)/python -m pytest -n auto

# Tests that need what is not there are left out by marker, and a line says so; no test decides that by itself.
ifeq ($(strip $(CHROMIUM)),)
ON_SQLITE := not postgres and not browser
else
ON_SQLITE := not postgres
endif

.PHONY: help
help: ## This list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-14s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

$(BIN)/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
	  { echo "Python 3.11 or newer is needed; $(PYTHON) is $$($(PYTHON) --version 2>&1). Try: make PYTHON=python3.12 run"; exit 1; }
	@$(PYTHON) -c 'import venv, ensurepip' 2>/dev/null || \
	  { echo "$(PYTHON) cannot make virtual environments. On Debian and Ubuntu: apt-get install python3-venv"; exit 1; }
	@echo "Making $(VENV) ..."
	@$(PYTHON) -m venv $(VENV)

$(VENV)/.runtime: requirements.txt | $(BIN)/python
	@echo "Installing what the portal needs (requirements.txt) ..."
	@$(PIP) -r requirements.txt
	@touch $@

$(VENV)/.dev: requirements-dev.txt | $(BIN)/python
	@echo "Installing what development needs (requirements-dev.txt) ..."
	@$(PIP) -r requirements-dev.txt
	@touch $@ $(VENV)/.runtime

.PHONY: install
install: $(VENV)/.dev ## Virtual environment with everything for development

.PHONY: run
run: $(VENV)/.runtime ## The whole portal on this machine (PORT, HOST, DATA_DIR, DEMO, REDIS_URL, DATABASE_URL)
	@exec $(BIN)/python -m config.supervisor

.PHONY: test
test: $(VENV)/.dev ## The suite on SQLite, browser tests included where there is a Chromium
	@$(if $(strip $(CHROMIUM)),:,echo "No Chromium on this machine: the browser tests are left out (apt-get install chromium).")
	@env -u DATABASE_URL -u REDIS_URL CHROMIUM="$(CHROMIUM)" $(PYTEST) -m "$(ON_SQLITE)" $(TESTS)

.PHONY: test-services
test-services: $(VENV)/.dev ## The suite on PostgreSQL and Redis (DATABASE_URL, REDIS_URL), without the browser
	@DATABASE_URL="$${DATABASE_URL:-postgres://postgres@127.0.0.1:5432/test}" \
	REDIS_URL="$${REDIS_URL:-redis://127.0.0.1:6379/9}" TEST_RUN=$$$$ $(PYTEST) -m "not browser" $(TESTS)

.PHONY: lint
lint: $(VENV)/.dev ## Style, types, layers, templates, migrations, deployment checks, locks
	$(BIN)/ruff check .
	$(BIN)/ruff format --check --quiet .
	$(BIN)/mypy
	$(BIN)/lint-imports --no-cache
	$(BIN)/djlint templates --lint --quiet
	DJANGO_SETTINGS_MODULE=config.settings.test $(MANAGE) makemigrations --check --dry-run
	DJANGO_SETTINGS_MODULE=config.settings.prod PORTAL_URL=https://portal.example EMAIL_URL=mailbox:// \
	  SECRET_KEY=$$(printf 'only-for-the-check-%s' {1..9}) DATABASE_URL=sqlite:////dev/null \
	  $(MANAGE) check --deploy --fail-level WARNING
	@! grep -n '://' requirements.txt requirements-dev.txt || { echo "The locks must not name a host."; exit 1; }

.PHONY: messages
messages: $(VENV)/.dev ## German words: collect them from the code, then compile (needs gettext)
	@command -v msgfmt >/dev/null || { echo "gettext is needed: apt-get install gettext"; exit 1; }
	$(MANAGE) makemessages --locale de --no-location --no-obsolete --no-wrap \
	  --ignore .venv --ignore var --ignore node_modules --ignore tests
	@sed -i '/^"POT-Creation-Date:/d' locale/de/LC_MESSAGES/django.po
	$(MANAGE) compilemessages --locale de --ignore .venv
	@! grep -n '^#, fuzzy' locale/de/LC_MESSAGES/django.po || { echo "Translate these anew and remove the mark."; exit 1; }

.PHONY: verify-clock
verify-clock: $(VENV)/.dev ## The clock against its oracle: 200,000 cases over all zones (CASES)
	@$(BIN)/python -m tests.verify_clock --cases $${CASES:-200000}

.PHONY: faults
faults: $(VENV)/.dev ## Processes killed, brokers emptied, at length (FAULT_KILLS, FAULT_DUES; DATABASE_URL)
	@DATABASE_URL="$${DATABASE_URL:-postgres://postgres@127.0.0.1:5432/test}" REDIS_URL= TEST_RUN=$$$$ \
	FAULT_KILLS="$${FAULT_KILLS:-200}" FAULT_DUES="$${FAULT_DUES:-2000}" \
	$(BIN)/python -m pytest -s -p no:randomly tests/faults

.PHONY: verify-replay
verify-replay: $(VENV)/.dev ## 20,000 random acts on issues: the events add up to the stored state after each
	REPLAY_LIVES=200 $(PYTEST) -p no:randomly tests/issues/test_replay.py

.PHONY: bench
bench: $(VENV)/.dev ## Load and speed, measured
	$(BIN)/python -m bench

.PHONY: screenshots
screenshots: $(VENV)/.dev ## Pictures of the main pages in docs/screenshots (SCREENSHOTS: another folder)
	@test -n "$(CHROMIUM)" || { echo "Chromium is needed: apt-get install chromium"; exit 1; }
	@CHROMIUM="$(CHROMIUM)" SCREENSHOTS="$${SCREENSHOTS:-docs/screenshots}" $(BIN)/python -m pytest -q tests/e2e/screenshots.py

.PHONY: lock
lock: ## Write requirements*.txt anew from pyproject.toml (needs uv)
	$(UV) pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-header \
	  --custom-compile-command "make lock" pyproject.toml -o requirements.txt
	$(UV) pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-header \
	  --custom-compile-command "make lock" -c requirements.txt --group dev pyproject.toml -o requirements-dev.txt

.PHONY: clean
clean: ## Remove what can be made again; the data in var/ stays
	rm -rf $(VENV) .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache staticfiles test-results
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
