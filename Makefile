PYTHON ?= python3
VENV   := .venv
BIN    := $(VENV)/bin
READY  := $(VENV)/.ready

.DEFAULT_GOAL := help

help:  ## Show this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-10s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

setup: $(READY)  ## Create .venv and install everything into it

# torch first and alone: its pin in constraints.txt decides which build the others settle on
$(READY): pyproject.toml constraints.txt
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' \
		|| { echo "Python 3.11 or newer is needed; try: make PYTHON=python3.12 $(MAKECMDGOALS)"; exit 1; }
	$(PYTHON) -m venv $(VENV)
	$(BIN)/pip install --quiet --constraint constraints.txt torch
	$(BIN)/pip install --quiet --constraint constraints.txt --editable '.[dev]'
	@touch $(READY)

demo: setup  ## Chat with the bot on a local page: no GPU, no account, no download
	$(BIN)/python -m bot demo

run: setup  ## Run the bot on Discord (needs DISCORD_TOKEN in .env)
	$(BIN)/python -m bot

# each of the eight may have a generator with torch beside it
test: setup browser  ## Run the whole test suite, on all cores
	$(BIN)/python -m pytest --numprocesses auto --maxprocesses 8 --dist worksteal

faults: setup  ## Kill bot and generator, fill the disk, let Discord go wrong: nothing may get lost
	$(BIN)/python -m tests.faults $(if $(SEED),--seed $(SEED))

browser:  ## Install Chromium for the browser tests, where apt can do that
	@tools/install-browser

lint: setup  ## Check style and import rules
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/lint-imports

types: setup  ## Check types
	$(BIN)/pyright

format: setup  ## Put the code into shape
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

messages: setup  ## Bring every language's catalogues up to date with the code
	$(BIN)/python -m bot.locales

bench: setup  ## Measure our overhead over the bare pipeline, as ratios of one run
	$(BIN)/python -m benchmarks

bench-gpu: setup  ## Measure what speeds big models up, with random weights (needs a GPU)
	$(BIN)/python -m benchmarks.gpu

evaluate: setup  ## Measure how well the built-in model follows its prompts
	$(BIN)/python -m generator.builtin evaluate

clean:  ## Remove the environment and everything that was generated
	rm -rf $(VENV) build *.egg-info .pytest_cache .ruff_cache .hypothesis

.PHONY: help setup demo run test faults browser lint types format messages bench bench-gpu evaluate clean
