#!/bin/sh
# Installs Debian's nginx for the tests of its configuration where that needs no questions; else they are skipped.
set -eu
if [ -x /usr/sbin/nginx ] || command -v nginx > /dev/null; then exit 0; fi
if [ "$(id -u)" != 0 ] || ! command -v apt-get > /dev/null; then
    echo "No nginx here, and only root can install it with apt-get: the tests of its configuration will be skipped."
    exit 0
fi
echo "Installing nginx for the tests of its configuration ..."
export DEBIAN_FRONTEND=noninteractive
# The package would start a server; the tests start their own, on other ports.
{ apt-get -qq update && RUNLEVEL=1 apt-get -qq install -y --no-install-recommends nginx-light; } > .venv/nginx.log 2>&1 \
    || echo "nginx could not be installed (see .venv/nginx.log): the tests of its configuration will be skipped."
