VENV := .venv
BIN := $(VENV)/bin
PYTHON ?= python3

.PHONY: help run test lint storm setup pictures benchmark

help: ## show these targets
	@grep -E '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed 's/:.*## /\t/' | expand -t 12

run: $(VENV)/run.stamp ## install, load the demo on the first start, serve on http://127.0.0.1:8000 (PORT= changes it)
	@$(BIN)/flask --app wsgi serve

setup: $(VENV)/run.stamp ## set up for real use (settings from the environment)
	@$(BIN)/flask --app wsgi setup

test: $(VENV)/test.stamp lint ## everything that CI checks
	$(BIN)/pytest -q -n 2 --dist loadfile

lint: $(VENV)/test.stamp ## ruff, import contracts, types
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/lint-imports
	$(BIN)/mypy

storm: $(VENV)/test.stamp ## 126 officers save every two seconds while the server is killed again and again (9 minutes)
	$(BIN)/python -m tests.storm

benchmark: $(VENV)/test.stamp ## time the choice under a ceiling and the transfers against other ways, for 126 and 3,321 wards
	$(BIN)/python -m tests.exports.benchmark

pictures: $(VENV)/run.stamp ## make the pictures of the README from the demo (needs LibreOffice and poppler)
	$(BIN)/flask --app wsgi pictures docs/pictures

$(VENV)/run.stamp: requirements.txt
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes --only-binary :all: -r requirements.txt
	@touch $@

$(VENV)/test.stamp: requirements-dev.txt
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes --only-binary :all: -r requirements-dev.txt
	@touch $@ $(VENV)/run.stamp
