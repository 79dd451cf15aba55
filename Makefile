# Souk. `make` alone lists what there is to do; a target's line is the comment behind it.
SHELL := /bin/sh
.DEFAULT_GOAL := help
.NOTPARALLEL:
.DELETE_ON_ERROR:
MAKEFLAGS += --no-print-directory

BIN := .venv/bin
PY := $(BIN)/python
# What is installed bears the lock's checksum in its name: a changed lock is installed anew.
INSTALLED := .venv/.installed-$(shell cat requirements.lock pyproject.toml | cksum | cut -d' ' -f1)
ARGS ?=

export PYTHON
# Tools keep their caches in the tree, where `make clean` finds them.
export XDG_CACHE_HOME := $(CURDIR)/.venv/cache
export NPM_CONFIG_CACHE := $(CURDIR)/.venv/cache/npm
export NPM_CONFIG_UPDATE_NOTIFIER := false

help: ## List the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-18s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

up: $(INSTALLED) pages ## Start the shop; returns when it is ready, with the addresses and a token
	@$(BIN)/souk up --detach $(ARGS)

down: $(INSTALLED) ## Stop the shop
	@$(BIN)/souk down $(ARGS)

status: $(INSTALLED) ## Show whether the shop runs, where, and how it is
	@$(BIN)/souk status $(ARGS) || [ $$? -eq 3 ]

test: $(INSTALLED) pages ## Run all tests (ARGS="-k name" for some)
	@PATH="$(CURDIR)/$(BIN):$$PATH" $(PY) -m tests.prerequisites
	@PATH="$(CURDIR)/$(BIN):$$PATH" $(PY) -m pytest -n 2 $(ARGS)

check: format-check lint types contracts house drift ## Check everything that needs no running shop

format: $(INSTALLED) ## Format the code
	@$(BIN)/ruff format .

format-check: $(INSTALLED)
	@$(BIN)/ruff format --check --quiet . || { echo "souk: the files above are not formatted. Run make format."; exit 1; }

lint: $(INSTALLED) ## Check the code's style
	@$(BIN)/ruff check --quiet .

types: $(INSTALLED) ## Check the types
	@$(BIN)/mypy

contracts: $(INSTALLED) ## Check which package may import which
	@$(BIN)/lint-imports --no-cache

house: $(INSTALLED) ## Check the house rules
	@$(PY) -m pytest --quiet tests/house

drift: $(INSTALLED) ## Check that schemas and migrations follow from the code
	@$(BIN)/souk compose --check
	@$(BIN)/souk events schema --check
	@$(BIN)/souk migrate --check

pages: $(INSTALLED) ## Build the browser's pages, where their sources changed
	@$(PY) -m gateway.server.pages.build || [ $$? -eq 3 ]

lock: $(INSTALLED) ## Renew requirements.lock from pyproject.toml
	@$(BIN)/uv pip compile --quiet --universal --python-version 3.11 --all-extras --upgrade \
		--generate-hashes --no-annotate --no-emit-index-url --no-header \
		pyproject.toml --output-file requirements.lock

interop: $(INSTALLED) ## Compare with Apollo Gateway and Hive Gateway over the same shop
	@$(PY) -m pytest --quiet tests/interop/three_gateways.py $(ARGS)

audit: $(INSTALLED) ## Run the public federation audit (SOUK_AUDIT=its checkout)
	@$(PY) -m tests.audit $(ARGS)

clients: $(INSTALLED) ## Subscribe with the clients from npm: events, a restart, what came meanwhile
	@$(PY) -m pytest --quiet tests/gateway/clients $(ARGS)

composition-oracle: $(INSTALLED) ## Compare composition with npm's @apollo/composition
	@$(PY) -m pytest --quiet tests/gateway/composition/corpus/oracle.py $(ARGS)

fuzz: $(INSTALLED) ## Look for differences from a monolith, for longer than `make test` does
	@SOUK_FUZZ_WORLDS=$${SOUK_FUZZ_WORLDS:-2000} $(PY) -m pytest --quiet -n 2 tests/gateway/random_splits $(ARGS)

kill-sagas: $(INSTALLED) ## Kill and freeze the runners of sagas among SOUK_SAGAS=200 orders
	@SOUK_SAGAS=$${SOUK_SAGAS:-200} $(PY) -m pytest --quiet -s tests/faults/test_killed_sagas.py $(ARGS)

kill: $(INSTALLED) ## Kill every process of both buses, database and broker, under load
	@$(PY) -m tests.faults.bus $(ARGS)

bench-bus: $(INSTALLED) ## Measure: how fast facts travel, on both buses
	@$(PY) -m bench.bus $(ARGS)

bench: $(INSTALLED) ## Measure: the page query through the gateway, against others
	@$(PY) -m bench.page_query $(ARGS)

bench-gateway: $(INSTALLED) ## Measure: the gateway alone, beside Apollo's, Hive's and a page by hand
	@$(PY) -m bench.gateway $(ARGS)

bench-planning: $(INSTALLED) ## Measure: plan times, cold and warm
	@$(PY) -m bench.planning $(ARGS)

bench-hub: $(INSTALLED) ## Measure: ten thousand subscribers of one process, before the gateway
	@$(PY) -m bench.hub $(ARGS)

bench-fanout: $(INSTALLED) ## Measure: one event stream to 1, 1,000 and 10,000 subscribers
	@$(PY) -m bench.fanout $(ARGS)

bench-latency: $(INSTALLED) ## Measure: from a commit to the subscriber's frame, on both buses
	@$(PY) -m bench.latency $(ARGS)

clean: ## Remove what was installed and built; the shop's data in .souk stays
	@if [ -x $(BIN)/souk ]; then $(BIN)/souk down; fi
	@rm -rf .venv .mypy_cache .ruff_cache .import_linter_cache .hypothesis dist gateway/server/graphiql
	@find . -name __pycache__ -type d -prune -exec rm -rf {} +

$(INSTALLED):
	@.ci/install $@

.PHONY: help up down status test check format format-check lint types contracts house drift pages \
	lock clients interop audit composition-oracle fuzz kill kill-sagas \
	bench bench-bus bench-gateway bench-planning bench-hub bench-fanout bench-latency clean
