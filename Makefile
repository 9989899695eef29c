# Everything a developer needs, from Python 3.11 and pip alone. `make` lists it.
# Kept to what GNU make 3.81 knows, which macOS still has.

SHELL := /bin/sh
.DELETE_ON_ERROR:
.SUFFIXES:
.DEFAULT_GOAL := help

BIN := .venv/bin
STAMPS := .venv/.stamps
PIP := $(BIN)/python -m pip --disable-pip-version-check --no-input --quiet
WORKERS ?= 2

.PHONY: help
help: ## List what can be made
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "make %-14s %s\n", $$1, $$2}' Makefile

.PHONY: run
run: install graphiql ## Serve GraphiQL and the API on port 8000, with demo data unless MONGODB_URI is set
	@echo "» Serving http://$${HOST:-127.0.0.1}:$${PORT:-8000}/graphql (Ctrl-C ends it)"
	@exec $(BIN)/profilegraph serve

.PHONY: test
test: lint graphiql ## Run the whole suite: lint, then every test with branch coverage
	@echo "» Running the tests"
	@$(BIN)/python -m pytest -n $(WORKERS) --cov --cov-report=term

.PHONY: lint
lint: install ## Check imports, style and types
	@echo "» Checking the direction of imports"
	@$(BIN)/lint-imports --no-logo
	@echo "» Checking style"
	@$(BIN)/ruff check
	@$(BIN)/ruff format --check
	@echo "» Checking types"
	@$(BIN)/mypy

.PHONY: bench
bench: install ## Measure ingestion and reading against the bare driver (MONGODB_URI names the server)
	@echo "» Measuring"
	@$(BIN)/python -m tests.benchmarks

.PHONY: bench-load
bench-load: install ## Measure lists of a million people (MONGODB_URI, LOAD_SHARES)
	@echo "» Measuring lists of a million people"
	@$(BIN)/python -m tests.benchmarks.load

.PHONY: bench-peers
bench-peers: install ## Measure pages against GraphQL servers of Python and Node (MONGODB_URI, PEER_ROUNDS)
	@echo "» Fetching the servers of Node"
	@cd tests/benchmarks/peers && npm ci --silent --no-audit --no-fund
	@echo "» Measuring pages of a hundred profiles"
	@$(BIN)/python -m tests.benchmarks.peers

.PHONY: bench-segments
bench-segments: install ## Measure segments of a million people (MONGODB_URI, LOAD_SHARES)
	@echo "» Measuring segments of a million people who did ten million things"
	@$(BIN)/python -m tests.benchmarks.segments

.PHONY: bench-intake
bench-bot: install ## Measure what others wait for beside a bot of ever new cookies (MONGODB_URI)
	@echo "» Measuring beside a bot"
	@$(BIN)/python -m tests.benchmarks.bot

bench-intake: install ## Measure what each intake costs beside ingestion (MONGODB_URI)
	@echo "» Measuring intakes"
	@$(BIN)/python -m tests.benchmarks.intake

.PHONY: lock
lock: install ## Renew requirements.lock from pyproject.toml
	@echo "» Resolving the dependencies into requirements.lock"
	@$(BIN)/python -m piptools compile --quiet --extra dev --build-deps-for editable \
	  --generate-hashes --allow-unsafe --no-strip-extras --no-header --no-annotate \
	  --no-emit-index-url --no-emit-find-links --no-emit-trusted-host --no-emit-options \
	  --output-file requirements.lock pyproject.toml

.PHONY: clean
clean: ## Remove everything that was made
	@echo "» Removing the environment, caches and build results"
	@rm -rf .venv build dist ./*.egg-info .coverage .coverage.* htmlcov .hypothesis \
	  .import_linter_cache .mypy_cache .pytest_cache .ruff_cache app/web/graphiql/assets
	@find . -name __pycache__ -type d -prune -exec rm -rf {} +

.PHONY: install graphiql
install: $(STAMPS)/project
graphiql: $(STAMPS)/graphiql

$(STAMPS)/environment:
	@for candidate in python3.11 python3 python3.12 python3.13 python; do \
	  if $$candidate -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then \
	    found=$$candidate; break; \
	  fi; \
	done; \
	if [ -z "$$found" ]; then \
	  echo "Python 3.11 or later is needed: neither python3.11 nor python3 is one." >&2; exit 1; \
	fi; \
	if ! $$found -c 'import ensurepip, venv' 2>/dev/null; then \
	  echo "$$found cannot make environments (on Debian, install python3-venv)." >&2; exit 1; \
	fi; \
	echo "» Creating .venv with $$found" && $$found -m venv .venv
	@mkdir -p $(STAMPS) && touch $@

$(STAMPS)/requirements: requirements.lock | $(STAMPS)/environment
	@echo "» Installing the locked requirements into .venv (a minute or two the first time)"
	@$(PIP) install --require-hashes --requirement requirements.lock
	@touch $@

$(STAMPS)/project: pyproject.toml $(STAMPS)/requirements
	@echo "» Installing ProfileGraph itself, editable"
	@PYTHONWARNINGS=ignore $(PIP) install --no-deps --no-build-isolation --editable .
	@touch $@

# Without npm there is no stamp, so that the assets come as soon as npm is there.
$(STAMPS)/graphiql: $(wildcard app/web/graphiql/package-lock.json) | $(STAMPS)/project
	@echo "» Fetching GraphiQL's assets"
	@if ! $(BIN)/python -m app.web.graphiql.assets; then \
	  echo "  They could not be fetched; the page will load them from the CDN."; \
	elif command -v npm >/dev/null; then \
	  touch $@; \
	fi
