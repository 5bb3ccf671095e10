# Greenlane. `make demo` and `make test` each do their own set-up, from a clean clone, with Python 3.11+ and make alone.
.DEFAULT_GOAL := help
PYTHON ?= $(shell command -v python3.11 || command -v python3)
VENV := .venv
BIN := $(VENV)/bin
RUNTIME := $(VENV)/.runtime-installed
DEVELOPMENT := $(VENV)/.development-installed
PM4PY := .venv-pm4py
CATALOGUE := wording/locale/vi/LC_MESSAGES/greenlane

.PHONY: help setup up demo test test-more check hooks bench bench-long test-long test-servers test-pm4py import-big lock clean

help: ## what can be made here
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed 's/:.*## /\t/' | expand -t 14

$(BIN)/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "Greenlane needs Python 3.11 or newer; found $$($(PYTHON) --version). Name one: make PYTHON=python3.12 $(MAKECMDGOALS)" >&2; exit 2; }
	$(PYTHON) -m venv $(VENV)

$(RUNTIME): requirements.lock pyproject.toml | $(BIN)/python
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes --no-deps -r requirements.lock
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-build-isolation --no-deps --editable .
	@touch $@

$(DEVELOPMENT): requirements-dev.lock $(RUNTIME)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes --no-deps -r requirements-dev.lock
	@touch $@

$(CATALOGUE).mo: $(CATALOGUE).po $(RUNTIME)
	$(BIN)/python -m wording.compile

setup: $(RUNTIME) $(CATALOGUE).mo ## install the program at .venv/bin/greenlane

demo: setup ## run the main job on the embedded stack: applications in all lanes, departments, escalations
	$(BIN)/greenlane demo

up: setup ## start the whole system on this machine and keep it running
	$(BIN)/greenlane up

test: $(DEVELOPMENT) ## the tests of every commit (some eleven minutes on two cores)
	$(BIN)/python -m pytest -q -m "not more"

test-more: $(DEVELOPMENT) ## the middle tier: live stacks under load, whole first ways of each role (within 15 minutes)
	$(BIN)/python -m pytest -q -m more

test-long: $(DEVELOPMENT) ## the long tier: every start day of ten years, a million case lives, every bit of an exported ledger, 10,000 of one in a database, 20,000 messages of strangers, floods, a life of each procedure among canaries
	GREENLANE_TEST_TIER=long $(BIN)/python -m pytest -q --timeout=0 tests/sla tests/audit/simulation tests/verifier/test_bit_flips.py
	PROCEDURES=all $(BIN)/python -m pytest -q --timeout=0 tests/cli/test_canaries.py
	BITS=10000 $(BIN)/python -m pytest -q --timeout=0 tests/audit/tampering
	STRANGERS=20000 $(BIN)/python -m pytest -q --timeout=0 tests/intake/test_way_in_fuzz.py tests/events/test_strange_messages.py
	MESSAGES=10000 $(BIN)/python -m pytest -q --timeout=0 tests/e2e/test_flood.py
	DEATHS=all $(BIN)/python -m pytest -q --timeout=0 tests/e2e/test_killed_dossiers.py tests/e2e/test_openings_under_kills.py

test-servers: $(DEVELOPMENT) ## outside servers for real: Kafka, Temporal, PostgreSQL under TLS, right and wrong accounts (needs Go and openssl)
	REAL_SERVERS=1 $(BIN)/python -m pytest -q --timeout=0 tests/e2e/real_servers

$(PM4PY)/.installed: requirements-pm4py.lock
	$(PYTHON) -m venv $(PM4PY)
	$(PM4PY)/bin/python -m pip install --quiet --disable-pip-version-check --require-hashes --no-deps -r requirements-pm4py.lock
	@touch $@

# pm4py is under the AGPL: an environment of its own, which nothing of ours imports.
test-pm4py: $(DEVELOPMENT) $(PM4PY)/.installed ## event logs that the program writes, read and counted by pm4py
	PM4PY=$(PM4PY)/bin/python $(BIN)/python -m pytest -q --timeout=0 tests/cli/pm4py

check: $(DEVELOPMENT) ## format, lint, types, import rules, generated files, texts, deployment files
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/python -m wording.check
	$(BIN)/python -m deploy.check

hooks: $(DEVELOPMENT) ## hold every commit in this checkout to `make check`
	$(BIN)/pre-commit install

bench: $(DEVELOPMENT) ## benchmarks within 20 minutes; results in bench/results/
	$(BIN)/python -m bench

bench-long: $(DEVELOPMENT) ## benchmarks that take longer: 10,000 open cases, 200 linked applications, a ledger of 1,000,000 events
	$(BIN)/python -m bench --long

import-big: setup ## drive a whole event log through the live stack: make import-big LOG=file.xes.gz
	@test -n "$(LOG)" || { echo "Name the event log (XES, also gzipped): make import-big LOG=file.xes.gz" >&2; exit 2; }
	$(BIN)/greenlane import-log $(LOG)

lock: pyproject.toml ## write the lock files anew (needs uv)
	uv pip compile --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-annotate --no-header -q pyproject.toml --group build -o requirements.lock
	uv pip compile --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-annotate --no-header -q pyproject.toml --group build --group dev -o requirements-dev.lock
	echo pm4py==2.7.23.11 | uv pip compile --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-annotate --no-header -q - -o requirements-pm4py.lock

clean: ## remove what set-up and tests made (not a stack's state folder)
	rm -rf $(VENV) $(PM4PY) build .pytest_cache .mypy_cache .ruff_cache .hypothesis *.egg-info
