# Two commands are all that a newcomer needs: `make app` and `make test`.
PYTHON ?= python3
BIN := .venv/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check --quiet
SAMPLE := learning-networks.redthread

.PHONY: app test check bench pictures chromium clean

app: .venv/installed $(SAMPLE)  ## open the app, with the sample project if there is no other
	$(BIN)/redthread ui $(SAMPLE)

test: check chromium  ## lint, types, layers, and every test, in a real Chromium too
	$(BIN)/python -m pytest -n logical --maxprocesses=4 --dist=loadfile --cov --cov-report=term

check: .venv/dev  ## lint, types, layers
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

bench: .venv/dev chromium  ## measure speed and memory, and print the tables
	@for each in reading exchange app browser encoder 'suggesting --large' moving refining tables searching findings together; do set -- $$each; echo "== $$1"; $(BIN)/python tests/benchmarks/$$1.py $$2 || exit 1; done

pictures: .venv/dev chromium  ## make the pictures of the README anew
	$(BIN)/python tests/browser/pictures.py

$(SAMPLE): | .venv/installed
	$(BIN)/redthread demo .

# torch first and pinned: an unpinned one brings gigabytes that nobody here needs.
.venv/installed: pyproject.toml constraints.txt
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "Redthread needs Python 3.11 or newer; try: make PYTHON=python3.11 $(MAKECMDGOALS)"; exit 1; }
	@test -x $(BIN)/python || $(PYTHON) -m venv .venv || { echo "Python's venv is missing; on Debian: apt-get install python3-venv"; exit 1; }
	@echo "Installing Redthread into .venv (some minutes the first time) ..."
	@$(PIP) install -c constraints.txt torch
	@$(PIP) install -c constraints.txt -e .
	@$(BIN)/python -m compileall -q coder ui  # else the first start waits for it, and where PYTHONDONTWRITEBYTECODE is set each
	@touch $@

.venv/dev: .venv/installed
	@$(PIP) install -c constraints.txt -e '.[dev]'
	@touch $@

chromium:
	@command -v chromium >/dev/null || { [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null && \
		echo "Installing Chromium for the browser tests ..." && apt-get update -qq && apt-get install -y -qq chromium >/dev/null; } || \
		{ echo "The browser tests need Chromium as /usr/bin/chromium; on Debian: sudo apt-get install chromium"; exit 1; }

clean:  ## remove what was built, never a project
	rm -rf .venv build dist .mypy_cache .ruff_cache .pytest_cache .hypothesis .coverage
