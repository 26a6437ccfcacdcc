# `make` alone prints the targets. CI and people run the same ones.
# What was installed or built carries its stamp inside, written last: whoever removes the folder removes the stamp.
SHELL := /bin/bash
.DEFAULT_GOAL := help
PY := .venv/bin/python
PAGE := $(shell find web -mindepth 1 \( -name node_modules -o -name dist -o -path web/tests \) -prune \
	-o -not -name '*.test.ts' -print)
# Two makes take turns; the second looks at the stamps only after the first has written them.
TURN := mkdir -p build && exec 9>build/.lock && flock 9 &&

.PHONY: help setup dev run demo up down test test-faults test-million test-compose fuzz check fmt bench client lock migrate clean stale

help: ## print the targets
	@awk -F':.*## ' '/^[a-z-]+:.*## /{printf "  %-12s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

setup: ## .venv, packages, web/ built; quick when nothing changed
	@$(TURN) $(MAKE) -s web/dist/.built

dev:
	@$(TURN) $(MAKE) -s web/dist/.built .venv/.installed-dev

run: setup ## start the embedded CRM on http://127.0.0.1:8080
	@exec .venv/bin/mycrm run

demo: setup ## start a CRM with made-up customers and mail, thrown away at the end
	@exec .venv/bin/mycrm demo

migrate: setup ## bring the database to this version's schema
	@.venv/bin/mycrm migrate

.venv/.installed: requirements.txt $(wildcard libs/*/pyproject.toml services/*/pyproject.toml) \
		tools/python-env.sh $(shell tools/python-env.sh whole || echo stale)
	@tools/python-env.sh

.venv/.installed-dev: requirements-dev.txt .venv/.installed
	@tools/python-env.sh dev

# The web packages need .venv only where it lends them its Node.js.
web/node_modules/.installed: web/package-lock.json tools/web-packages.sh | .venv/.installed
	@tools/web-packages.sh

web/dist/.built: $(PAGE) web/node_modules/.installed
	@echo "Building the web page ..."
	@cd web && ../tools/node.sh npm run --silent build -- --logLevel error
	@touch $@

test: dev ## everything, against real servers that the tests start
	@$(TURN) tools/test-servers.sh
	@cd web && ../tools/node.sh npm run --silent test
	@$(PY) -m pytest $(if $(T),$(T),-n auto --maxprocesses 4 --dist worksteal)

test-faults: dev ## ten minutes and 10,000 events of killed processes, 1,000 ended mail-fetchers (S=seed for others)
	@$(TURN) tools/test-servers.sh
	@$(PY) -m pytest -s tests/faults/test_kill_loop.py tests/faults/test_kill_loop_apart.py tests/faults/test_mail_storm.py \
		--storm-deaths 200 --storm-seconds 600 --storm-events 10000 --mail-storm-lives 500 $(if $(S),--storm-seed $(S))

test-million: dev ## what MariaDB does for lists, searches and an edit among 1,000,000 customers (N=fewer)
	@$(TURN) tools/test-servers.sh
	@$(PY) -m pytest tests/contract/test_million.py --million $(or $(N),1000000)

fuzz: dev ## 100,000 damaged mails are read (N=count, S=seed for others)
	@$(PY) -m pytest tests/component/test_mail_fuzzing.py --fuzz-mails $(or $(N),100000) $(if $(S),--fuzz-seed $(S))

up: ## start MyCRM in containers and wait until all is healthy
	@tools/compose-up.sh

down: ## stop the containers; the data stays
	@tools/compose.sh down --remove-orphans

test-compose: dev ## the containers for real, where a container engine is there
	@$(PY) -m pytest -s tests/compose/test_containers.py --compose

check: dev ## lint, types, import laws, freshness of generated files, architecture tests
	@$(PY) -m ruff check .
	@$(PY) -m ruff format --check .
	@$(PY) -m mypy
	@.venv/bin/lint-imports
	@cd web && ../tools/node.sh npm run --silent check
	@$(PY) -m pytest tests/architecture

fmt: dev ## format the Python code
	@$(PY) -m ruff check --fix-only -q .
	@$(PY) -m ruff format -q .

bench: dev ## the benchmarks: a table of ratios, build/bench.json
	@$(TURN) tools/test-servers.sh bench
	@$(PY) -m tests.bench

client: dev ## write docs/openapi.yaml and the web's types anew
	@$(PY) -m tools.generate_openapi
	@$(PY) -m tools.generate_events
	@cd web && ../tools/node.sh npm run --silent gen

lock: dev ## pin the dependencies anew, with hashes
	@tools/lock.sh

clean: ## remove what was built
	@rm -rf build web/dist
