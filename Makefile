# `make` alone lists the targets. Everything heavy goes to one target directory outside of the
# checkout, so that a second clone does not build the engine again.
SHELL := /bin/bash
export CARGO_TARGET_DIR ?= $(HOME)/.cache/ledgergate/target
export LEDGERGATE_CACHE ?= $(HOME)/.cache/ledgergate
MODELS := $(LEDGERGATE_CACHE)/models
MODEL := $(MODELS)/smollm2-135m-instruct.q8_0.gguf
SHIPPED_MODEL := $(MODELS)/smollm2-135m-instruct.q4_1.gguf
BINARY := $(CARGO_TARGET_DIR)/release/ledgergate

.PHONY: help
help: ## List the targets
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | awk -F ':.*## ' '{printf "  %-18s %s\n", $$1, $$2}'

.PHONY: run
run: doctor build model ## Build everything, fetch the default model and start the gateway
	@exec env "LEDGERGATE_MODELS__SMOLLM2-135M__PATH=$(MODEL)" $(BINARY) serve --config ledgergate.toml

.PHONY: test
test: doctor ## Format, lints, all tests, contracts and the official SDK; installs what it needs
	@MODEL=$(MODEL) SHIPPED_MODEL=$(SHIPPED_MODEL) scripts/test.sh

.PHONY: doctor
doctor: ## Check that the machine has what a build needs
	@scripts/doctor.sh

.PHONY: build
build: ## Build the release with the in-process engine
	@cargo build --release --locked --workspace

.PHONY: build-portable
build-portable: ## The same for any x86-64 machine since 2013 (x86-64-v3) instead of this one
	@CARGO_TARGET_X86_64_UNKNOWN_LINUX_GNU_RUSTFLAGS="-C target-cpu=x86-64-v3" cargo build --release --locked --workspace

.PHONY: model
model: $(MODEL) ## Fetch and requantise the default model

$(MODEL): | build
	@scripts/fetch-model.sh $(BINARY) $(SHIPPED_MODEL) $(MODEL)

.PHONY: check
check: ## The developer's loop: lints and fast tests, without the engine
	@cargo clippy --workspace --exclude ledgergate-llm-mistralrs --no-default-features --all-targets -- -D warnings
	@scripts/with-postgres.sh cargo nextest run --no-default-features

.PHONY: test-engine
test-engine: model ## The tests of the engine alone, with the default model and tiny ones
	@tiny=$$(scripts/tiny-models.sh) && LEDGERGATE_TEST_MODEL=$(SHIPPED_MODEL) LEDGERGATE_TEST_TINY_MODELS=$$tiny \
	  cargo test --release --locked --workspace --test engine

.PHONY: test-tokenizers
test-tokenizers: model ## Compare tokenizers and chat templates with the makers' own packages
	@scripts/tokenizer-tests.sh $(SHIPPED_MODEL) --release --locked --workspace

.PHONY: fuzz
fuzz: model ## Fuzz all routes and parsers, minutes each (EXAMPLES a route, SECONDS a parser)
	@LEDGERGATE_TEST_MODEL=$(MODEL) scripts/with-postgres.sh scripts/fuzz-http.sh $(BINARY) $(or $(EXAMPLES),500)
	@scripts/fuzz-parsers.sh $(or $(SECONDS),180)

.PHONY: chaos
chaos: build ## Kill gateway and database twenty times under 20,000 calls, with a two-minute outage
	@scripts/chaos.sh $(BINARY) --calls 20000 --kills 20 --outage 120

.PHONY: bench-engine
bench-engine: model ## Measure the engine against llama.cpp, on a machine that does nothing else
	@bench/engine/run.sh $(BINARY) $(MODEL)

.PHONY: contracts
contracts: build ## Write openapi/ and schemas/ anew
	@$(BINARY) openapi > openapi/openapi.json
	@$(BINARY) schemas --out schemas > /dev/null

.PHONY: sqlx-prepare
sqlx-prepare: ## Write .sqlx anew after a change of a query or a migration
	@scripts/with-postgres.sh scripts/sqlx-prepare.sh

.PHONY: deny
deny: ## Licences, bans and sources of all dependencies (needs cargo-deny)
	@cargo deny check licenses bans sources
