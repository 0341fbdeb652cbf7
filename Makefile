# `make help` lists the targets. CI runs the same ones (.ci/run).
SHELL := bash
.DEFAULT_GOAL := help
MAKEFLAGS += --no-print-directory

PYTHON := .venv/bin/python
PYTEST := $(PYTHON) -m pytest
# One process a core, and no more than eight: the tests start servers and engines of their own.
PARALLEL := -n auto --maxprocesses 8 --dist loadgroup

.PHONY: help install fmt check test cover e2e demo sandbox golden docs bench bench-fleet torture torture-fleet lock clean

help: ## list the targets
	@awk -F ':.*## ' '/^[a-z0-9-]+:.*## / { printf "  make %-13s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

install: .venv/.installed ## virtual environment and Pulumi engine; safe to repeat
	@$(PYTHON) -m tools.pulumi.install

.venv/.installed: requirements.txt
	@PYTHON3=$(PYTHON3) tools/venv.sh

fmt: .venv/.installed ## format, and fix what can be fixed by itself
	$(PYTHON) -m ruff format .
	$(PYTHON) -m ruff check --fix .

CHECKS := "ruff check ." "ruff format --check ." mypy "mypy --explicit-package-bases tools" "pyrefly check" lint-imports codespell "python -m tools.docs --check" "python -m tools.reference --check" "python -m tools.pictures --check" "python -m sandbox.parity --check" "python -m tools.fleet.scale --check"

check: .venv/.installed ## style, types, and who may import whom; all of them, then the verdict
	@failed=0; \
	for check in $(CHECKS); do echo "+ $$check"; .venv/bin/$$check || failed=1; done; \
	exit $$failed

# The tests run even where the checks complain, so that one run tells everything. Those of Temporal
# skip where there is no Go to build its server with, and fail where the build did; so does the one
# of Pulumi YAML.
test: install ## all checks, all tests
	@failed=0; \
	$(MAKE) check || failed=1; \
	tools/chromium.sh || failed=1; \
	$(PYTHON) -m tools.temporal || true; \
	$(PYTHON) -m tools.pulumi.yaml_host || true; \
	$(PYTEST) $(PARALLEL) -rs --durations=20 || failed=1; \
	exit $$failed

cover: install ## the tests, and which lines and branches of ours no test reaches
	$(PYTEST) $(PARALLEL) --cov --cov-report=term --cov-report=html:.coverage.html $(ARGS)

e2e: install ## only the tests that run the real engine against the sandbox
	@$(PYTHON) -m tools.pulumi.yaml_host || true
	$(PYTEST) $(PARALLEL) tests/e2e

demo: install ## a tenant from nothing to a verified login, in the sandbox
	@$(PYTHON) -m tools.demo

sandbox: .venv/.installed ## start the pretend Google and Twilio
	@./flexsso sandbox up

golden: .venv/.installed ## rewrite the golden files; read the diff before you commit it
	UPDATE_GOLDEN=1 $(PYTEST) -k golden

docs: .venv/.installed ## write the generated pages and pictures; all pages as HTML in site/
	@$(PYTHON) -m tools.docs
	@$(PYTHON) -m tools.reference
	@$(PYTHON) -m tools.pictures
	@$(PYTHON) -m sandbox.parity
	@$(PYTHON) -m tools.fleet.scale
	@.venv/bin/mkdocs build --quiet --strict

bench: install ## what roles of thousands of people cost: four figures with limits
	@$(PYTHON) -m tools.bench

bench-fleet: install ## what a stack costs in a fleet, and 100 and 1,000 of them (ARGS="--sizes 100")
	@$(PYTHON) -m tools.fleet.bench $(ARGS)

torture: install ## faults, crashes and hostile input, counted (an hour; ARGS=--short for minutes)
	@$(PYTHON) -m tools.torture $(ARGS)

torture-fleet: install ## forty tenants, pool and Temporal, and kill -9 (half an hour; ARGS="--only workers")
	@$(PYTHON) -m tools.temporal
	@$(PYTHON) -m tools.fleet.torture $(ARGS)

lock: .venv/.installed ## pin requirements.txt to what .venv holds, by version and hash
	$(PYTHON) -m tools.requirements > requirements.new
	mv requirements.new requirements.txt
	$(PYTHON) -m tools.reference

clean: ## remove caches (not .venv, not the engine, not the state of stacks)
	rm -rf .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
	find . -name __pycache__ -not -path './.venv/*' -not -path './.tools/*' -prune -exec rm -rf {} +
