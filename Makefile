# Five verbs: run test check bench proof. Everything else is theirs.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin

.PHONY: run test check bench proof setup browser screenshot clean

run: setup browser ## the assistant and Demo Town, at http://127.0.0.1:8000
	@$(BIN)/python -m demo.up

test: setup browser check ## everything that must hold
	@$(BIN)/pytest -n 2 --dist worksteal

check: setup ## style, types, layers
	@$(BIN)/ruff format --check --quiet . && $(BIN)/ruff check --quiet . && echo "ruff: clean"
	@$(BIN)/mypy --no-error-summary && echo "mypy: clean"
	@$(BIN)/lint-imports --no-cache | tail -n 4

bench: setup browser ## figures, as ratios and medians
	@$(BIN)/python -m tests.benchmarks
	@$(BIN)/python -m tests.evals

proof: setup browser ## the long counts; resumable, adds up over runs
	@$(BIN)/pytest -m long -n 2 --dist worksteal
	@$(BIN)/python -m tests.proof

setup:
	@sh scripts/setup.sh "$(PYTHON)" "$(VENV)"

browser: setup
	@$(BIN)/python scripts/browser.py

screenshot: setup browser ## docs/chat.png from a real run
	@$(BIN)/python -m tests.screenshot

clean:
	rm -rf $(VENV) build
