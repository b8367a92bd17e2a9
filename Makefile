# Two commands are enough: `make run` and `make test`. They need Python 3.11 or newer, make and a package index.

PYTHON ?= python3
ARGS ?=
AT_ONCE ?= 2

BIN := .venv/bin
INSTALL = $(BIN)/python -m pip --disable-pip-version-check --no-input --quiet install --require-hashes
# A file's tests stay together, as they share what takes long to make. Most of the time of many is waiting.
WORKERS = -n $(AT_ONCE) --dist loadfile
UV = .cache/lock/bin/uv
COMPILE = $(UV) pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-annotate \
	--custom-compile-command 'make lock' --upgrade

.DEFAULT_GOAL := help
.PHONY: help run test test-full check containers bench lock vendor vendor-check demo screenshots clean

help:
	@echo 'Contact Ledger'
	@echo
	@echo '  make run         install into .venv, then serve the hub on http://127.0.0.1:8080/'
	@echo '  make demo        the hub over two years of a small bookseller: 3,000 contacts, told in half a minute'
	@echo '  make test        install what the tests need, then run them'
	@echo '  make test-full   the long versions: hundreds of kills, big files'
	@echo '  make check       ruff, mypy --strict, import-linter'
	@echo '  make containers  the tests that need Docker, docker-compose.yml among them'
	@echo '  make bench       measure against peers (QUICK=1: about a minute)'
	@echo '  make lock        renew requirements/*.txt from setup.cfg'
	@echo '  make vendor      renew the libraries of the pages from npm (needs Node); vendor-check looks for newer ones'
	@echo '  make clean       remove .venv and caches; data/ stays'
	@echo
	@echo '  PYTHON=python3.12  chooses the interpreter; ARGS="..." goes to contacts serve, pytest or the bench'
	@echo '  AT_ONCE=4          so many test files at the same time (2; ARGS="-n 0 -x" for one after the other)'

run: .venv/run.stamp
	@exec $(BIN)/contacts serve $(ARGS)

demo: .venv/run.stamp
	@$(BIN)/python samples/demo .cache/demo 8090

# Of the demo, which runs meanwhile: into .cache/screenshots.
screenshots: .venv/test.stamp
	@$(BIN)/python samples/demo/screenshots.py .cache/demo 8090 .cache/screenshots

test: .venv/test.stamp
	@$(BIN)/python -m pytest -m 'not containers' $(WORKERS) $(ARGS)

test-full: .venv/test.stamp
	@CONTACTS_TEST_FULL=1 $(BIN)/python -m pytest -m 'not containers' --timeout 7200 $(WORKERS) $(ARGS)

containers: .venv/test.stamp
	@$(BIN)/python -m pytest -m containers $(WORKERS) $(ARGS)

check: .venv/test.stamp
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy --strict ledger consumers projections service
	@$(BIN)/lint-imports --no-logo

bench: .venv/test.stamp
	@$(BIN)/python -m bench $(ARGS)

# What is installed is known by the stamps, so that nothing is asked of the package index when nothing changed.
.venv/python.stamp:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { \
	  echo 'Contact Ledger needs Python 3.11 or newer: make $(MAKECMDGOALS) PYTHON=/path/to/python3.11' >&2; exit 1; }
	@echo 'Making .venv with '"$$($(PYTHON) --version)"
	@$(PYTHON) -m venv --clear .venv
	@touch $@

.venv/run.stamp: .venv/python.stamp requirements/build.txt requirements/run.txt setup.cfg pyproject.toml
	@echo 'Installing Contact Ledger into .venv (one to two minutes, once)'
	@$(INSTALL) -r requirements/build.txt -r requirements/run.txt
	@$(BIN)/python -m pip --disable-pip-version-check -qq install --no-deps --no-build-isolation --editable .
	@touch $@

.venv/test.stamp: .venv/run.stamp requirements/test.txt
	@echo 'Installing what the tests need into .venv (a minute or two, once)'
	@$(INSTALL) -r requirements/test.txt
	@touch $@

lock: .cache/lock/bin/uv
	@$(COMPILE) requirements/build.in -o requirements/build.txt
	@$(COMPILE) setup.cfg -o requirements/run.txt
	@$(COMPILE) setup.cfg --extra test -c requirements/run.txt -c requirements/build.txt -o requirements/test.txt

.cache/lock/bin/uv:
	@$(PYTHON) -m venv .cache/lock
	@.cache/lock/bin/python -m pip --disable-pip-version-check --quiet install uv

# Only who renews the pages' libraries needs npm; what it brings is kept in the tree, each with its hash and licence.
NPM := npm --prefix .cache/vendor

vendor: .venv/python.stamp
	@mkdir -p .cache/vendor && cp service/hub/vendor/package.json service/hub/vendor/package-lock.json .cache/vendor
	@$(NPM) ci --ignore-scripts --no-audit --no-fund
	@$(BIN)/python service/hub/vendor/renew.py .cache/vendor/node_modules

vendor-check: vendor
	@$(NPM) outdated
	@$(NPM) audit

clean:
	@rm -rf .venv .cache build dist *.egg-info .pytest_cache .mypy_cache .ruff_cache .import_linter_cache .hypothesis
	@find ledger consumers projections service tests bench -name __pycache__ -prune -exec rm -rf {} + 2>/dev/null || true
