# `make` alone prints the targets. CI and people run the same ones.
SHELL := /bin/bash
.DEFAULT_GOAL := help
PY := .venv/bin/python
PACKAGES := libs/common services/api services/mail-fetcher services/verifier services/backup services/embedded

.PHONY: help setup run demo test check fmt bench client lock migrate clean

help: ## print the targets
	@awk -F':.*## ' '/^[a-z-]+:.*## /{printf "  %-10s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

setup: build/.python build/.web ## .venv, packages, web/ built; quick when nothing changed

run: setup ## start the embedded CRM on http://127.0.0.1:8080
	@exec .venv/bin/mycrm run

migrate: build/.python ## bring the database to this version's schema
	@.venv/bin/mycrm migrate

build/.python: requirements.txt $(addsuffix /pyproject.toml,$(PACKAGES)) tools/python-env.sh
	@tools/python-env.sh
	@mkdir -p build && touch $@

build/.web: $(shell find web -type f -not -path '*/node_modules/*' -not -path '*/dist/*' 2>/dev/null) tools/web-build.sh build/.python
	@tools/web-build.sh
	@mkdir -p build && touch $@

build/.dev: requirements-dev.txt build/.python
	@.venv/bin/pip install -q --require-hashes -r requirements-dev.txt
	@touch $@

test: setup build/.dev ## everything, against real servers that the tests start
	@tools/test-servers.sh
	@cd web && ../tools/node.sh npm run --silent test
	@$(PY) -m pytest $(T)

check: setup build/.dev ## lint, types, import laws, freshness of generated files, architecture tests
	@$(PY) -m ruff check .
	@$(PY) -m ruff format --check .
	@$(PY) -m mypy
	@.venv/bin/lint-imports
	@cd web && ../tools/node.sh npm run --silent check
	@$(PY) -m pytest tests/architecture

fmt: build/.dev ## format the Python code
	@$(PY) -m ruff check --fix-only -q .
	@$(PY) -m ruff format -q .

bench: setup build/.dev ## the benchmarks: a table of ratios, build/bench.json
	@$(PY) -m tests.bench

client: setup build/.dev ## write docs/openapi.yaml and the web's types anew
	@$(PY) -m tools.generate_openapi
	@$(PY) -m tools.generate_events
	@cd web && ../tools/node.sh npm run --silent gen

lock: build/.dev ## pin the dependencies anew, with hashes
	@tools/lock.sh

clean: ## remove what was built
	@rm -rf build web/dist
