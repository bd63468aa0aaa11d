#!/bin/sh
# Installs Debian's Chromium for the browser tests where that needs no questions; else they are skipped with a reason.
set -eu
for name in chromium chromium-browser google-chrome; do
    if command -v "$name" > /dev/null; then exit 0; fi
done
if [ "$(id -u)" != 0 ] || ! command -v apt-get > /dev/null; then
    echo "No Chromium here, and only root can install it with apt-get: the browser tests will be skipped."
    exit 0
fi
echo "Installing Chromium for the browser tests ..."
export DEBIAN_FRONTEND=noninteractive
{ apt-get -qq update && apt-get -qq install -y --no-install-recommends chromium; } > .venv/chromium.log 2>&1 \
    || echo "Chromium could not be installed (see .venv/chromium.log): the browser tests will be skipped."
