#!/usr/bin/env bash
# Installs pystac and odc-stac into a separate environment. Does nothing if they are already installed.
# `make test-stac` compares the core with these packages.
set -euo pipefail
cd "$(dirname "$0")/.."

venv=build/stac/venv
"$venv/bin/python" -c 'import odc.stac, pystac' 2>/dev/null && exit
rm -rf "$venv"
mkdir -p "$(dirname "$venv")"
"${PYTHON:-python3}" -m venv "$venv"
"$venv/bin/python" -m pip install --quiet pystac odc-stac rasterio
