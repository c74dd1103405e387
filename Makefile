VENV := .venv
BIN := $(VENV)/bin
PYTHON ?= python3

# Said before anything is installed: an installer only complains about one pin or another.
define check_python
@python=$(BIN)/python; test -x $$python || python="$(PYTHON)"; \
version=$$($$python -c 'import sys; print("%d.%d.%d" % sys.version_info[:3])' 2>/dev/null) || \
{ echo "Cần Python 3.11 trở lên, nhưng $$python không chạy được: cài thêm, rồi gọi như PYTHON=python3.12 make run." >&2; exit 1; }; \
$$python -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
{ echo "Cần Python 3.11 trở lên, nhưng $$python là Python $$version: cài bản mới hơn, xóa $(VENV) nếu có, rồi gọi như PYTHON=python3.12 make run." >&2; exit 1; }
endef

.PHONY: help run test lint format drill soak setup pictures benchmark frames mutants drawing tables pythons

help: ## show these targets
	@grep -E '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed 's/:.*## /\t/' | expand -t 12

run: $(VENV)/run.stamp ## install, load the demo on the first start, serve on http://127.0.0.1:8000 (PORT= changes it)
	@$(BIN)/flask --app wsgi serve

setup: $(VENV)/run.stamp ## set up for real use (settings from the environment)
	@$(BIN)/flask --app wsgi setup

test: $(VENV)/test.stamp lint ## what CI checks first: style, types, contracts, and every test (10 minutes on two cores)
	$(BIN)/pytest -q -n 2 --dist worksteal

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

pythons: $(VENV)/test.stamp ## start and run the quick tests with each Python from 3.11 on that is found (minutes for each)
	$(BIN)/python -m tests.pythons

drill: $(VENV)/test.stamp ## what may go wrong in an installation, done to a real one: storms, kills, outages, moved clocks, upgrades, backups (28 minutes)
	$(BIN)/python -m tests.drills

soak: $(VENV)/test.stamp ## what takes hours: ten times the examples of each property, the whole storm, two hundred kills, outages of a minute, every change of an operator
	$(BIN)/pytest -q -n 2 -m hypothesis --hypothesis-profile=soak
	$(BIN)/python -m tests.drills.storm
	$(BIN)/python -m tests.drills.killed_acts
	$(BIN)/python -m tests.drills.killed_upkeep
	$(BIN)/python -m tests.drills.outages
	$(BIN)/python -m tests.drills.busy_day
	@$(MAKE) mutants

benchmark: $(VENV)/test.stamp ## time drafts, the choice under a ceiling, transfers and durable saves against other ways
	$(BIN)/python -m tests.scoring.benchmark
	$(BIN)/python -m tests.planning.benchmark
	$(BIN)/python -m tests.portal.benchmark

mutants: $(VENV)/test.stamp ## mutation testing of rating, measures and remedies in a copy of the last commit (hours; it installs cosmic-ray there)
	@rm -rf instance/mutants && git clone --quiet . instance/mutants && ln -s ../../$(VENV) instance/mutants/$(VENV)
	@$(BIN)/python -m venv instance/mutants/tool && instance/mutants/tool/bin/pip install --quiet cosmic-ray==8.7.0
	@cd instance/mutants && tool/bin/cosmic-ray init pyproject.toml session.sqlite && tool/bin/cosmic-ray exec pyproject.toml session.sqlite
	@cd instance/mutants && tool/bin/cr-report --surviving-only --show-diff session.sqlite

frames: $(VENV)/test.stamp ## measure how fast the map repaints and pans with 3,321 wards (needs Chromium)
	$(BIN)/python -m tests.map_frames

drawing: $(VENV)/test.stamp ## draw packages and rooms with their imports into docs/architecture.md
	$(BIN)/python -m tests.house.drawing

tables: $(VENV)/test.stamp ## write criteria and measures of the shipped standard into docs/tieu-chuan.md
	$(BIN)/python -m tests.house.standard_tables

pictures: $(VENV)/run.stamp ## make the pictures of the README from the demo (needs LibreOffice and poppler)
	$(BIN)/flask --app wsgi pictures docs/pictures

$(VENV)/run.stamp: requirements.txt
	$(check_python)
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes --only-binary :all: -r requirements.txt
	@touch $@

$(VENV)/test.stamp: requirements-dev.txt
	$(check_python)
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes --only-binary :all: -r requirements-dev.txt
	@touch $@ $(VENV)/run.stamp
