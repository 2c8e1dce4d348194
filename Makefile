# `make demo` and `make test` need Python 3.11+ and git; uv is used where it is there.
# `make demo WORKSPACE=path` reviews any repository; without it, a package that was just installed.

WORKSPACE ?= $(shell $(BIN)/python -c 'import anyio, os; print(os.path.relpath(anyio.__path__[0]))')
UV := $(shell command -v uv 2>/dev/null)
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin

.PHONY: demo test check format clean

demo: $(VENV)/.installed
	@place="$(WORKSPACE)"; $(BIN)/bandmaster review --workspace "$$place" "$$place"

test: $(VENV)/.installed check
	@$(BIN)/python -m pytest -n 2 --dist loadfile

check: $(VENV)/.installed
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/lint-imports --no-cache
	@$(BIN)/pyright

format: $(VENV)/.installed
	@$(BIN)/ruff check --fix .
	@$(BIN)/ruff format .

$(VENV)/.installed: pyproject.toml constraints.txt
ifdef UV
	@uv venv --quiet --allow-existing $(VENV)
	@uv pip install --quiet --compile-bytecode --python $(BIN)/python --constraint constraints.txt --group dev --editable .
else
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Bandmaster needs Python 3.11 or newer")'
	@$(PYTHON) -m venv $(VENV)
	@$(BIN)/python -m pip install --quiet --upgrade "pip>=25.1"
	@$(BIN)/python -m pip install --quiet --constraint constraints.txt --group dev --editable .
endif
	@touch $@

clean:
	rm -rf $(VENV) dist build .pytest_cache .ruff_cache .hypothesis
