# Every target does its own set-up. The environment is .venv; weights go to the cache (PINCITE_CACHE), not here.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
Q ?= How many facilities did the U.S. strikes target?
ENVIRONMENT := $(VENV)/.installed
READY := $(VENV)/.ready

.DEFAULT_GOAL := help
.PHONY: help setup chat ask test evaluate test-browser test-durability lint clean ready tests-installed

help: ## list the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## /{printf "  make %-14s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

setup: ready ## environment, packages, weights and the default library
	@echo "ready: make chat, or make ask Q=\"…\""

chat: ready ## the chat window in the browser
	@$(BIN)/pincite serve --open

ask: ready ## one answer in the terminal: make ask Q="…"
	@$(BIN)/pincite ask "$$PINCITE_QUESTION"
ask: export PINCITE_QUESTION = $(value Q)

test: tests-installed ## lint, types and all tests
	@$(MAKE) --no-print-directory lint
	@$(BIN)/pincite models pull all-minilm-l6-v2 > /dev/null
	@$(BIN)/pincite models pull qwen2.5-coder-1.5b-instruct > /dev/null
	@$(BIN)/pincite models pull smollm2-135m-instruct > /dev/null
	@sh tests/browser/install.sh
	@$(BIN)/python -m pytest -q --durations=15 -n 2 --dist loadfile --no-loadscope-reorder -m "not weights"
	@$(BIN)/python -m pytest -q --durations=15 -m weights  # one after the other: two models at once starve each other

evaluate: ready ## ask the seed question set and print the figures
	@$(BIN)/pincite eval eval/testsets/seed

test-browser: tests-installed ## the tests in a real browser
	@sh tests/browser/install.sh
	@$(BIN)/python -m pytest -q tests/browser

test-durability: tests-installed ## kills, faults, damage and mangled files, all of them (an hour)
	@PINCITE_DURABILITY=all $(BIN)/python -m pytest -q tests/durability

lint: tests-installed ## ruff and mypy
	@$(BIN)/ruff check .
	@$(BIN)/mypy

clean: ## remove the environment (weights and libraries stay)
	rm -rf $(VENV)

ready: $(ENVIRONMENT)
	@$(BIN)/pincite setup

$(ENVIRONMENT): pyproject.toml constraints.txt
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "Python 3.11 or newer is needed; set PYTHON=/path/to/python" >&2; exit 1; }
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV) || { echo "python3 -m venv failed; install your system's python3-venv package" >&2; exit 1; }
	@echo "installing packages (about two minutes, 1.9 GB)"
	@$(BIN)/python -m pip install --quiet --progress-bar on --disable-pip-version-check --constraint constraints.txt --editable ".[eval]"
	@touch $@

tests-installed: $(VENV)/.tests
$(VENV)/.tests: $(ENVIRONMENT)
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --constraint constraints.txt --editable ".[eval,test]"
	@touch $@
