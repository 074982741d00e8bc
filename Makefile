# Two commands do all the set-up: `make demo` and `make test`. `make help` lists the rest.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
PACKAGES := sdk plugin_flask mock_credit_china examples tests

.DEFAULT_GOAL := help
.PHONY: help demo test test-long check lint types architecture format bench lock clean system

help: ## list these commands
	@grep -E '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## /\1\t/' | awk -F'\t' '{printf "  make %-14s %s\n", $$1, $$2}'

demo: $(VENV)/.ready ## start the mock source and the shop, walk through them (ONCE=1: exit afterwards)
	@$(BIN)/python -m examples.marketplace.demo $(if $(ONCE),--once)

test: $(VENV)/.ready system ## run the tests and the examples' tests, with branch coverage
	@$(BIN)/python -m pytest -n auto --cov --cov-report=term $(ARGS)

test-long: $(VENV)/.ready system ## what takes longer than CI: ten times the examples, a million steps, a million subjects, 400 kills
	@$(BIN)/python -m pytest -n auto --hypothesis-profile=long --timeout=1800 -k "i1 or i2 or i3 or i4 or i5 or i6 or i7 or i8 or i9" $(ARGS)
	@$(BIN)/python -m tests.sdk.truth.walk --tier memory --steps 700000
	@$(BIN)/python -m tests.sdk.truth.walk --tier sqlite --steps 150000
	@$(BIN)/python -m tests.sdk.truth.walk --tier redis --steps 150000
	@$(BIN)/python -m tests.processes.scale --subjects 1000000 --changes 2000
	@$(BIN)/python -m tests.processes.kills --kills 200
	@$(BIN)/python -m tests.mutation

check: lint architecture types ## format, lint, architecture gate, types

lint: $(VENV)/.ready
	@$(BIN)/ruff format --check $(PACKAGES)
	@$(BIN)/ruff check $(PACKAGES)

architecture: $(VENV)/.ready
	@$(BIN)/lint-imports --no-cache

types: $(VENV)/.ready
	@$(BIN)/mypy

format: $(VENV)/.ready ## rewrite the code in the house's format
	@$(BIN)/ruff format $(PACKAGES)
	@$(BIN)/ruff check --fix $(PACKAGES)

bench: $(VENV)/.ready ## measure against named peers in one run, write build/bench.json
	@$(BIN)/python -m tests.bench $(ARGS)

lock: ## resolve the development dependencies anew into the hashed constraints file
	@command -v uv >/dev/null || { echo "make lock needs uv on the PATH (pip install uv)"; exit 1; }
	uv pip compile --quiet --upgrade --generate-hashes --no-emit-index-url --no-emit-find-links --no-header --no-annotate \
		--python-version 3.11 --extra dev --no-emit-package chengxin pyproject.toml -o .ci/constraints.txt

clean: ## remove what these commands made
	rm -rf $(VENV) build dist

# What tests take from the system: a certificate for the TLS of their own servers, time zones, and the Redis and
# PostgreSQL servers that each test run starts for itself on free ports (those that the packages start are not used).
system:
	@command -v openssl >/dev/null && command -v redis-server >/dev/null && [ -e /usr/share/zoneinfo/Asia/Shanghai ] && \
		ls /usr/lib/postgresql/*/bin/initdb >/dev/null 2>&1 || \
		{ apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq openssl redis-server postgresql tzdata; }

$(VENV)/.ready: pyproject.toml .ci/constraints.txt
	@echo "Preparing $(VENV) (once; a minute or so) ..."
	@$(PYTHON) -m venv --clear $(VENV) 2>/dev/null || { apt-get update -qq && apt-get install -y -qq python3-venv && $(PYTHON) -m venv --clear $(VENV); }
	@$(BIN)/python -m pip install -qq --disable-pip-version-check --no-deps --require-hashes -r .ci/constraints.txt
	@$(BIN)/python -m pip install -qq --disable-pip-version-check --no-deps --no-build-isolation --editable .
	@touch $@
