#!/bin/sh
# Runs every check, the quick ones first; pytest's closing lines come last.
set -eu
lint() {
    ruff check --quiet . && ruff format --quiet --check . && lint-imports --no-logo > .venv/imports.log \
        || { cat .venv/imports.log 2> /dev/null; return 1; }
}
echo "ruff, import contracts"
lint
# mypy keeps one core busy while pytest waits for servers and browsers most of the time.
mypy > .venv/mypy.log 2>&1 &
types=$!
status=0
pytest --numprocesses 2 --dist worksteal "$@" > .venv/pytest.log 2>&1 || status=$?
wait "$types" || { status=1; types=failed; }
echo "mypy"
cat .venv/mypy.log
echo "pytest"
cat .venv/pytest.log
[ "$types" != failed ] || echo "mypy found errors: see above" >&2
exit "$status"
