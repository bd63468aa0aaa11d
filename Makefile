# The commands of this project: `make help` lists them.
SHELL := /bin/sh
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:

# Paths stay relative to this folder, so that a checkout path with spaces works.
PYTHON ?= python3
PORT ?= 8000
HOST ?= 127.0.0.1
PUBLIC_URL ?=
ONLY ?=
SINCE ?= HEAD
BIN := .venv/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check
SOURCES := bot workflows notifier telemetry webhooks storage h5_pages tests

.PHONY: bench pictures help setup setup-test demo test check-fast soak check lock catalogues diagrams wheel clean

help: ## list the targets
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)/  make \1\t\2/p' Makefile | expand -t 20

setup: .venv/.service .venv/.catalogues ## install the service into .venv
	@$(BIN)/python -m h5_pages.assets

setup-test: setup .venv/.tests .venv/.chromium .venv/.mosquitto .venv/.nginx .venv/.browser-tools ## install what the tests need as well

demo: setup ## run service and sandbox with demo data (PORT=8000 HOST=127.0.0.1 PUBLIC_URL=)
	@exec $(BIN)/python -m bot demo --host "$(HOST)" --port "$(PORT)" --public-url "$(PUBLIC_URL)"

check: setup .venv/.tests ## say what is configured, reachable, migrated, who cannot be told, and what is known against it
	@status=0; $(BIN)/python -m bot check || status=1; \
	    PATH="$$PWD/.venv/bin:$$PATH" sh tests/audit.sh || status=1; exit $$status

test: setup-test ## lint, types, import contracts and all tests but the soak, or those of ONLY=path
	@PATH="$$PWD/.venv/bin:$$PATH" sh tests/run.sh $(ONLY)

check-fast: setup .venv/.tests ## lint, types, import contracts, and the tests of what changed since SINCE=HEAD
	@PATH="$$PWD/.venv/bin:$$PATH" sh tests/fast.sh $(SINCE)

soak: setup-test ## the long runs: kill and load tests
	@$(BIN)/python -m pytest -m soak --timeout 3600

bench: setup .venv/.tests .venv/.bench ## measure all figures, or ONLY=name; results go to bench/results.json
	@$(BIN)/python -m bench $(ONLY)

lock: ## write the locks anew from pyproject.toml
	@PATH="$$PWD/.venv/bin:$$PATH" sh tests/lock.sh

catalogues: setup ## collect new texts into bot/locale and compile the catalogue
	@$(BIN)/pybabel -q extract -F bot/locale/babel.cfg -k N_ -k t -k P_:1c,2 -k pt:1c,2 --no-location --sort-output --width 100 \
	    --project yishe --version 1 -o .venv/messages.pot $(filter-out tests,$(SOURCES))
	@$(BIN)/pybabel -q update --no-fuzzy-matching --ignore-obsolete --ignore-pot-creation-date \
	    -i .venv/messages.pot -d bot/locale -l zh_CN --width 100
	@$(BIN)/pybabel -q compile --statistics -d bot/locale
	@touch .venv/.catalogues

diagrams: setup ## write the state diagrams and the schema of telemetry in docs anew from the code
	@$(BIN)/python -m workflows.diagram
	@$(BIN)/python -m telemetry.schema

quality: setup-test ## every page at three widths in both themes with axe, Lighthouse on the main ones
	@$(BIN)/python -m pytest -q -m soak tests/system/test_quality.py

pictures: setup-test ## take the pictures of README and docs anew by the browser tests
	@YISHE_PICTURES="$$PWD/docs/pictures" $(BIN)/python -m pytest -q -m browser -k "not lighthouse" \
	    tests/system/test_story.py tests/system/test_quality.py

wheel: setup-test ## build the wheel into dist/, with front-end files and catalogues
	@rm -rf build
	@$(BIN)/python -m build --wheel --no-isolation

clean: ## remove everything that the set-up made (not the data folder)
	rm -rf .venv build dist node_modules h5_pages/static/vendor h5_pages/vendor yishe.egg-info
	rm -rf .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
	find h5_pages/static -name '*.gz' -delete

# Stamps: each step is done again only when what it is made from has changed. The front-end files look after
# themselves, so that no compressed file is older than its source.
.venv/bin/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' \
	    || { echo "Python 3.11 or newer is needed: make PYTHON=/path/to/python3.11 ..."; exit 1; }
	@$(PYTHON) -c 'import ensurepip, venv' \
	    || { echo "This Python cannot make virtual environments (on Debian: apt-get install python3-venv)."; exit 1; }
	@$(PYTHON) -m venv .venv

.venv/.service: requirements.lock pyproject.toml .venv/bin/python
	@echo "Installing the service ..."
	@$(PIP) install -q --require-hashes -r requirements.lock
	@PYTHONWARNINGS=ignore $(PIP) install -q --no-deps --no-build-isolation -e .
	@touch $@

.venv/.tests: tests/requirements.lock .venv/.service
	@echo "Installing the test tools ..."
	@$(PIP) install -q --require-hashes -r tests/requirements.lock
	@touch $@

.venv/.bench: bench/requirements.lock .venv/.service
	@echo "Installing the queues to compare with ..."
	@$(PIP) install -q --require-hashes -r bench/requirements.lock
	@touch $@

.venv/.catalogues: $(wildcard bot/locale/*/LC_MESSAGES/*.po) .venv/.service
	@$(if $(wildcard bot/locale/*/LC_MESSAGES/*.po),$(BIN)/pybabel -q compile -d bot/locale,:)
	@touch $@

# Only root on a Debian-like system can install a browser; elsewhere its tests say why they are skipped.
.venv/.chromium: .venv/.service
	@sh tests/chromium.sh
	@touch $@

# What judges pages in that browser.
.venv/.browser-tools: package-lock.json .venv/.service
	@$(BIN)/python -m h5_pages.assets --tools
	@touch $@

# The same for the broker of the fault tests.
.venv/.mosquitto: .venv/.service
	@sh tests/mosquitto.sh
	@touch $@

# And for nginx, for the tests of its configuration.
.venv/.nginx: .venv/.service
	@sh tests/nginx.sh
	@touch $@
