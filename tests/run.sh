#!/bin/sh
# Runs every check, also after one has failed; pytest comes last, so that its closing lines end the output.
set -u
status=0
report() {
    if [ "$2" -ne 0 ]; then
        status=1
        echo "$1: FAILED"
        cat "$3"
    else
        echo "$1: fine"
    fi
}
logs=.venv/logs
mkdir -p "$logs"

mypy > "$logs/mypy" 2>&1 & # the slowest of the static checks gets a core of its own
types=$!
ruff check --output-format concise . > "$logs/ruff" 2>&1
report "ruff check" $? "$logs/ruff"
ruff format --check . > "$logs/format" 2>&1
report "ruff format" $? "$logs/format"
lint-imports --no-logo > "$logs/imports" 2>&1
report "import contracts" $? "$logs/imports"
wait "$types"
report "mypy --strict" $? "$logs/mypy"

# Two workers a processor: most tests wait for something half of the time.
workers=$(( $(getconf _NPROCESSORS_ONLN) * 2 ))
pytest --numprocesses "$workers" --dist worksteal --durations 10 "$@" || status=1
if [ "$status" -ne 0 ]; then echo "Something failed: see above." >&2; fi
exit "$status"
