# The same words for people and for CI. `make` alone lists them.
PYTHON ?= python3
WHEEL  ?=
VENV   := $(if $(WHEEL),.venv-wheel,.venv)
BIN    := $(VENV)/bin
PORT   ?= 8000
DEMO   ?=
PYTEST ?=
BESIDE ?= 3
PIP    := $(BIN)/python -m pip --quiet --disable-pip-version-check
# What is installed: the checkout itself or, with WHEEL=1, the wheel that is built from it, in an environment of its own.
BALOO  := $(if $(WHEEL),dist/baloo-*.whl,--editable .)
SOURCE := $(if $(WHEEL),$(shell find src -type f -not -name '*.pyc'))

.DEFAULT_GOAL := help
.PHONY: help install demo test check format bench soak docs wheel clean

help: ## list what can be asked for
	@awk 'BEGIN {FS = ":.*## "} /^[a-z-]+:.*## / {printf "  make %-8s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

$(BIN)/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "Baloo needs Python 3.11 or newer; name one with PYTHON=..."; exit 1; }
	$(PYTHON) -m venv $(VENV)

$(VENV)/.installed: pyproject.toml $(SOURCE) | $(BIN)/python
	$(if $(WHEEL),@$(MAKE) --no-print-directory wheel && $(PIP) uninstall --yes baloo)
	$(PIP) install $(BALOO)
	$(if $(WHEEL),@$(BIN)/python -c 'import baloo; assert "site-packages" in baloo.__file__')
	@touch $@

$(VENV)/.tests: pyproject.toml $(VENV)/.installed
	$(PIP) install "pip>=25.1"
	$(PIP) install --group test
	@touch $@

install: $(VENV)/.installed ## make .venv with Baloo in it

demo: $(VENV)/.installed ## a fictional community, counted and served on PORT (DEMO=--no-serve ends after the headline)
	@$(BIN)/baloo demo --into demo --port $(PORT) $(DEMO)

test: $(VENV)/.tests ## install what the tests need and run them all, BESIDE=3 at a time (WHEEL=1: against the built wheel)
	@sh tests/install-system
	$(BIN)/python -m pytest -n $(BESIDE) --dist worksteal $(PYTEST)

check: $(VENV)/.tests ## style, types, floors, budget and links
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/python -m pytest -q --no-header -p no:randomly tests/house
	@git diff --check HEAD

format: $(VENV)/.tests ## put the style right
	$(BIN)/ruff check --fix .

bench: $(VENV)/.tests ## measure, beside a floor, and print the table (SIZE=small for a quick look)
	$(BIN)/python -m bench $(if $(SIZE),--size $(SIZE))

soak: BESIDE := 2
soak: $(VENV)/.tests ## the long fault tests, on from where they stopped (HOURS=2: for so long; SOAK=0.1: a tenth)
	@sh tests/install-system
	@PYTHONPATH=tests BALOO_SOAK=$(or $(SOAK),1) BALOO_SEED=$(SEED) HOURS=$(HOURS) ANY=$(ANY) FAULT="$(FAULT)" BESIDE=$(BESIDE) $(BIN)/python -m tests.soak

docs: $(VENV)/.tests ## write the generated reference pages anew
	$(BIN)/python docs/generate.py

wheel: $(BIN)/python ## build the wheel into dist/
	@rm -rf dist
	$(PIP) wheel --no-deps --wheel-dir dist .

clean: ## remove what was built, the demo's workspace too
	rm -rf $(VENV) .venv-wheel dist demo .pytest_cache .mypy_cache .ruff_cache .hypothesis
