#!/bin/sh
# For the inner loop: the static checks, then the tests beside what changed and those that import it.
set -eu
ruff check --output-format concise .
ruff format --check --quiet .
lint-imports --no-logo > .venv/imports.log || { cat .venv/imports.log; exit 1; }
mypy
tests=$(python -m tests.support.changed "$1")
if [ -z "$tests" ]; then echo "No test belongs to what changed."; exit 0; fi
# shellcheck disable=SC2086 # one word a file
exec pytest --numprocesses 2 --dist worksteal -q $tests
