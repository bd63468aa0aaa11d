#!/bin/sh
# What is known against what we install, and whether a secret lies in what we track. A service that cannot be asked
# is said, and is no failure: then nothing is known, and the next run asks again.
set -u
status=0
logs=.venv/logs
mkdir -p "$logs"

found() { # name, file: something is known
    status=1
    echo "$1: FOUND"
    cat "$2"
}

python_packages() {
    for lock in requirements.lock tests/requirements.lock; do
        name="known weaknesses, $lock"
        if pip-audit --disable-pip --require-hashes --progress-spinner off -r "$lock" > "$logs/audit" 2>&1; then
            echo "$name: none"
        elif grep -q "Found [0-9]* known vulnerabilit" "$logs/audit"; then
            found "$name" "$logs/audit"
        else
            echo "$name: not asked, the service cannot be reached ($(tail -n 1 "$logs/audit" | cut -c 1-100))"
        fi
    done
}

front_end_packages() {
    name="known weaknesses, package-lock.json"
    if ! command -v npm > /dev/null; then
        echo "$name: not asked, npm is not installed"
    elif npm audit --package-lock-only > "$logs/npm-audit" 2>&1; then
        echo "$name: none"
    elif grep -q "npm error" "$logs/npm-audit"; then
        echo "$name: not asked, the service cannot be reached ($(grep -m 1 "npm warn audit" "$logs/npm-audit" | cut -c 1-100))"
    else
        found "$name" "$logs/npm-audit"
    fi
}

# Made-up secrets of tests and settings' names stand in the baseline; after a look at a new one:
# detect-secrets scan --baseline .secrets.baseline
secrets() {
    if git ls-files -z | xargs -0 detect-secrets-hook --baseline .secrets.baseline > "$logs/secrets" 2>&1; then
        echo "secrets in tracked files: none"
    else
        found "secrets in tracked files" "$logs/secrets"
    fi
}

python_packages
front_end_packages
if git rev-parse --is-inside-work-tree > /dev/null 2>&1; then secrets; fi
exit "$status"
