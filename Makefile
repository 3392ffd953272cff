# Commands of this project: `make` lists them.

.DEFAULT_GOAL := help
.PHONY: help run test check format bench bench-speech soak lock setup setup-dev asterisk servers clean
MAKEFLAGS += --no-print-directory

PORT ?= $(or $(IVR_PORT),8080)
BIN := .venv/bin
PACKAGES := ivr callbacks recognition context_bridge asterisk
COMPILED = $(BIN)/python -m compileall -q $(PACKAGES) # no process that is started must wait for the compiler
ASTERISK_ROOT := $(or $(IVR_DATA_DIR),var)/asterisk-root

help: ## list these commands
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-12s %s\n", $$1, $$2 }' Makefile

run: setup $(if $(ASTERISK),asterisk) ## serve the demo on http://127.0.0.1:8080 (PORT=8081, ASTERISK=1 for SIP phones)
	@$(COMPILED)
	@IVR_PORT=$(PORT) exec $(BIN)/segue serve --demo $(if $(ASTERISK),--asterisk)

test: setup-dev servers ## check everything and run all tests, real servers included
	@$(COMPILED)
	@scripts/check static
	@unset PYTHONDONTWRITEBYTECODE; $(BIN)/python -m pytest -n 5 --dist worksteal $(TESTS)

check: setup-dev ## format, lint, types, import rules, examples in the docs, menus
	@scripts/check

format: setup-dev ## put the code in the project's format
	@$(BIN)/ruff format . && $(BIN)/ruff check --fix .

bench: setup-dev servers ## measure speed on this machine (results in var/bench)
	@scripts/bench tests/bench/bench_*.py

bench-speech: setup-dev ## measure how well callers are understood (EVERY=1 takes all of the test set)
	@scripts/packages speech
	@scripts/bench tests/bench/speech/bench_speech.py

soak: setup-dev servers ## the long crash tests: kill -9 again and again under load
	@scripts/bench tests/bench/soak_*.py

lock: setup-dev ## choose the newest versions of all packages that pyproject.toml allows
	@scripts/lock

setup: ## install what `make run` needs
	@scripts/packages run
	@scripts/environment run
	@scripts/frontend

setup-dev: ## install what developing needs
	@scripts/packages run
	@scripts/environment dev
	@scripts/frontend

servers: ## install what the tests talk to: PostgreSQL, Redis, Chromium, Asterisk
	@scripts/packages test
	@$(MAKE) asterisk || echo "segue: no Asterisk here; its tests will be skipped" >&2

asterisk: setup ## lay a real Asterisk into the data directory (var/), without root
	@$(BIN)/python -m asterisk.lay "$(ASTERISK_ROOT)"

clean: ## remove the environment and all caches; what customers said (var/) stays
	@rm -rf .venv build dist .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
