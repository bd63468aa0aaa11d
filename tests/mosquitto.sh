#!/bin/sh
# Installs Debian's Mosquitto for the tests of broker faults where that needs no questions; else they are skipped.
set -eu
for path in /usr/sbin/mosquitto /usr/local/sbin/mosquitto; do
    if [ -x "$path" ]; then exit 0; fi
done
if command -v mosquitto > /dev/null; then exit 0; fi
if [ "$(id -u)" != 0 ] || ! command -v apt-get > /dev/null; then
    echo "No Mosquitto here, and only root can install it with apt-get: the tests of broker faults will be skipped."
    exit 0
fi
echo "Installing Mosquitto for the tests of broker faults ..."
export DEBIAN_FRONTEND=noninteractive
{ apt-get -qq update && apt-get -qq install -y --no-install-recommends mosquitto; } > .venv/mosquitto.log 2>&1 \
    || echo "Mosquitto could not be installed (see .venv/mosquitto.log): the tests of broker faults will be skipped."
