# Every target does what it needs first, from a bare machine with make and Python >= 3.11.

VENV   := .venv
BIN    := $(VENV)/bin
STAMPS := $(VENV)/.stamps
FOLDER ?= ../shared/payloads/history/sprint-outcomes

MAKEFLAGS += --no-print-directory
.DEFAULT_GOAL := help
.PHONY: help install demo test check lint types imports bench topology machine chaos chaos-long faults fuzz mutants soak evals forecast-table pictures claude-cli clean

help:  ## show this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## /{printf "  make %-14s %s\n", $$1, $$2}' Makefile

install: $(STAMPS)/project  ## create .venv with the locked dependencies and .venv/bin/pm

demo: install  ## a simulated company on http://127.0.0.1:8400: no key, no account (ARGS=--socket: over Socket Mode)
	@$(BIN)/pm demo $(ARGS)

test: install $(STAMPS)/browser  ## the test suite: four at a time, as two cores wait a third of it
	$(BIN)/pytest -n 4

check: lint types imports test  ## everything that must hold before a commit: what .ci/run runs

lint: install
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

types: install
	$(BIN)/mypy

imports: install
	$(BIN)/lint-imports

bench: install  ## measure the promised speeds on this machine
	$(BIN)/pytest -m bench -s tests/bench

topology: install  ## two web and four worker processes on PostgreSQL and Redis: storms, outages, rolling restarts
	$(BIN)/pytest -m bench -s tests/topology

machine: install  ## follow docs/deploy.md to the letter on a Debian with systemd, in namespaces: root and the internet
	$(BIN)/pytest -m bench -s tests/machine

chaos: install  ## kill it at every commit point and in storms, on both databases: 30 minutes, then the same again goes on
	$(BIN)/pytest -m chaos -s tests/chaos

chaos-long: install  ## each point three times on both databases, then storms until there were 1,000 kills
	CHAOS_HITS=3 CHAOS_KILLS=1000 CHAOS_MINUTES=$${CHAOS_MINUTES:-inf} $(BIN)/pytest -m chaos -s tests/chaos

fuzz: install  ## every entrance under bombs and lies, every clock until 2030, crowds at the buttons
	FUZZ_EXAMPLES=400 $(BIN)/pytest -s -m "faults or not faults" tests/fuzz
	$(BIN)/pytest -n 2 -m "faults or not faults" tests/clock
	$(BIN)/pytest -n 2 -m "chaos or not chaos" tests/clicks

faults: install  ## every vendor and the database under every fault of the network
	$(BIN)/pytest -n 3 -m "faults or not faults" tests/backups tests/docs tests/faults tests/deploy tests/upgrades tests/integrations/claude_code/test_real.py

mutants: install  ## break each line that matters in a copy, and see a test go red; goes on where it was interrupted
	$(BIN)/python -m tests.mutants

soak: install  ## ninety days of a simulated company of forty people: never noisy, and what it costs
	$(BIN)/pytest -m soak -s tests/soak

evals: install  ## play the evaluation cases; EVALS="--real" asks Claude itself, with ANTHROPIC_API_KEY
	$(BIN)/python -m tests.evals $(EVALS)

forecast-table: install  ## the tables of docs/forecast.md anew; FOLDER= files of sprints that ended
	@if [ -d "$(FOLDER)" ]; then for with in "" --once "--past 5" "--past 8" "--past 12" "--past 20"; do \
	echo "pm forecast evaluate FOLDER $$with"; $(BIN)/pm forecast evaluate "$(FOLDER)" $$with || exit; echo; done; \
	else echo "skipped: $(FOLDER) is absent; name a folder of <project>_iteration_<stage>.csv with FOLDER="; fi

pictures: install $(STAMPS)/browser  ## play every surface in headless Chromium and write docs/images
	$(BIN)/python -m tests.browser.picture

claude-cli:  ## find or install the Claude Code that tests run: 370 MB outside this folder; they do it by themselves
	@sh .ci/claude-cli

clean:  ## remove what was installed and built; data under var/ stays
	rm -rf $(VENV) build dist .pytest_cache .mypy_cache .ruff_cache .import_linter_cache .hypothesis *.egg-info
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

# Stamps: a second run has nothing to do.

$(STAMPS)/python: .ci/venv
	@sh .ci/venv $(VENV)
	@mkdir -p $(STAMPS) && touch $@

$(STAMPS)/locked: $(STAMPS)/python requirements-dev.lock
	@echo "Installing the locked dependencies into $(VENV); the first time this takes about a minute."
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements-dev.lock
	@touch $@

$(STAMPS)/project: $(STAMPS)/locked pyproject.toml
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
	@touch $@

$(STAMPS)/browser: $(STAMPS)/project .ci/browser
	@sh .ci/browser $(BIN)/python
	@touch $@
