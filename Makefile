# Two commands set everything up: `make run` opens the program, `make test` passes the tests.
# `make help` lists the rest.

PYTHON ?= $(firstword $(foreach name,python3 python3.14 python3.13 python3.12 python3.11,\
	$(if $(shell $(name) -c 'import sys; sys.version_info >= (3, 11) and print(1)' 2>/dev/null),$(name))))
VENV := .venv
BIN := $(VENV)/bin

.DEFAULT_GOAL := help
.PHONY: help run demo test check format lock screenshot docs bench clean python

help: ## list what can be made
	@grep -hE '^[a-z]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z]+):.*## /\1\t/' | expand -t 14

python:
	@test -n "$(PYTHON)" && $(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "Wirewatch needs Python 3.11 or newer; $(or $(PYTHON),none) was found. Name one: make run PYTHON=/path/to/python3" >&2; exit 1; }

# The stamps are newer than the locks they were installed from: a changed lock installs again, else nothing is done.
$(VENV)/run.stamp: requirements.txt pyproject.toml | python
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV) || { echo "The module venv is missing; on Debian and Ubuntu: apt install python3-venv" >&2; exit 1; }
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.txt
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
	@touch $@

$(VENV)/dev.stamp: requirements-dev.txt $(VENV)/run.stamp
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements-dev.txt
	@touch $@

run: $(VENV)/run.stamp ## set up and open Wirewatch
	@$(BIN)/wirewatch

demo: $(VENV)/run.stamp ## set up and play the made-up story
	@$(BIN)/wirewatch demo

test: $(VENV)/dev.stamp ## set up and run the tests
	$(BIN)/python -m pytest

check: $(VENV)/dev.stamp ## format, lint, types and import contracts, changing nothing
	$(BIN)/ruff format --check --quiet .
	$(BIN)/ruff check --quiet .
	$(BIN)/mypy
	$(BIN)/lint-imports

format: $(VENV)/dev.stamp ## format the code and mend what can be mended
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

# The locks hold for every supported Python and system, carry hashes and name no index.
lock: $(VENV)/dev.stamp ## pin the newest versions of everything
	$(BIN)/python -m pip install --quiet --disable-pip-version-check uv
	$(BIN)/uv pip compile --quiet --upgrade --universal --python-version 3.11 --generate-hashes --no-header --no-annotate \
		--no-emit-index-url pyproject.toml --group build -o requirements.txt
	$(BIN)/uv pip compile --quiet --upgrade --universal --python-version 3.11 --generate-hashes --no-header --no-annotate \
		--no-emit-index-url pyproject.toml --group dev -o requirements-dev.txt

screenshot: $(VENV)/run.stamp ## draw docs/screenshot.svg from the demo
	$(BIN)/python -m tui.screenshot docs/screenshot.svg

docs: screenshot ## draw the screenshot, write the table of keys into the README
	$(BIN)/python -m tui.keytable README.md

bench: $(VENV)/dev.stamp ## print the speed of things as ratios
	$(BIN)/python -m benchmarks

clean: ## remove what was set up
	rm -rf $(VENV) build dist *.egg-info snapshot_report.html .mypy_cache .ruff_cache .pytest_cache .import_linter_cache .hypothesis
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
