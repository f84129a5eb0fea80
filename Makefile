# The commands of this repository. `make demo` and `make test` do all their set-up on a Debian machine that has Swift.
SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help

PREFIX ?= /usr/local
DESTDIR ?=
MESSAGE ?= abc
# The message reaches the program through the environment, unexpanded: quotes and dollar signs arrive as they were typed.
export WRIGHT_DEMO_MESSAGE := $(value MESSAGE)

# Demo, tests and installation all use this one configuration, so what one has built the next does not build again.
wright := .build/release/wright

.PHONY: help demo test build lint format docs fuzz bench install clean

help: ## Show this list
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "  make %-8s %s\n", $$1, $$2 }' Makefile

demo: ## SHA-256 in the weights of a LLaMA; MESSAGE=... is hashed ("abc" by default)
	@Scripts/system-packages build
	@swift build -c release --product wright
	@$(wright) demo -- "$$WRIGHT_DEMO_MESSAGE"

test: ## Everything that must hold: lint, build, Swift tests, Python tests, notebooks, documentation
	@Scripts/system-packages build test
	@Scripts/run-tests

build: ## The program and the libraries, in release
	@Scripts/system-packages build
	@swift build -c release

lint: ## Check the layout of every Swift file
	@Scripts/lint

format: ## Lay out every Swift file anew
	@Scripts/lint --fix

docs: ## Build the documentation of the public modules into .build/documentation
	@Scripts/system-packages build
	@swift build -c release
	@Scripts/build-docs

fuzz: ## Feed every reader with mutated files for a minute each; Fuzz/README.md says more
	@Scripts/system-packages build
	@Scripts/fuzz

bench: ## Measure everything and record it in Benchmarks/results; on a quiet machine, see Benchmarks/README.md
	@Scripts/system-packages build test
	@Scripts/benchmark

install: ## Install wright and its shell completions under PREFIX (/usr/local by default)
	@Scripts/system-packages build
	@swift build -c release --product wright
	@Scripts/install-program "$(wright)" "$(DESTDIR)$(PREFIX)"

clean: ## Remove what was built here; the Python packages in the user's cache folder stay
	rm -rf .build Benchmarks/.build
