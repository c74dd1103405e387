VENV := .venv
BIN := $(VENV)/bin
PYTHON ?= python3

.PHONY: help run test lint format storm setup pictures benchmark frames mutants

help: ## show these targets
	@grep -E '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed 's/:.*## /\t/' | expand -t 12

run: $(VENV)/run.stamp ## install, load the demo on the first start, serve on http://127.0.0.1:8000 (PORT= changes it)
	@$(BIN)/flask --app wsgi serve

setup: $(VENV)/run.stamp ## set up for real use (settings from the environment)
	@$(BIN)/flask --app wsgi setup

test: $(VENV)/test.stamp lint ## everything that CI checks
	$(BIN)/pytest -q -n 2 --dist loadfile --no-loadscope-reorder

lint: $(VENV)/test.stamp ## ruff, import contracts, types, and the layout of templates, styles and scripts
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/lint-imports
	$(BIN)/mypy
	$(BIN)/djlint --check .
	$(BIN)/djlint --lint .
	$(BIN)/oxfmt --check */static

format: $(VENV)/test.stamp ## lay out Python, templates, styles and scripts as lint asks
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .
	$(BIN)/djlint --reformat --quiet .
	$(BIN)/oxfmt */static

storm: $(VENV)/test.stamp ## 126 officers save every two seconds while the server is killed again and again (9 minutes)
	$(BIN)/python -m tests.storm

benchmark: $(VENV)/test.stamp ## time drafts, the choice under a ceiling and transfers against other ways, for 126 and 3,321 wards
	$(BIN)/python -m tests.scoring.benchmark
	$(BIN)/python -m tests.exports.benchmark

mutants: $(VENV)/test.stamp ## mutation testing of rating, measures and remedies in a copy of the last commit (hours; it installs cosmic-ray there)
	@rm -rf instance/mutants && git clone --quiet . instance/mutants && ln -s ../../$(VENV) instance/mutants/$(VENV)
	@$(BIN)/python -m venv instance/mutants/tool && instance/mutants/tool/bin/pip install --quiet cosmic-ray==8.7.0
	@cd instance/mutants && tool/bin/cosmic-ray init pyproject.toml session.sqlite && tool/bin/cosmic-ray exec pyproject.toml session.sqlite
	@cd instance/mutants && tool/bin/cr-report --surviving-only --show-diff session.sqlite

frames: $(VENV)/test.stamp ## measure how fast the map repaints and pans with 3,321 wards (needs Chromium)
	$(BIN)/python -m tests.map_frames

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
