#!/usr/bin/env bash
# Installs spyndex into a separate environment, in the version that core/indexes/indexes.json names. Does nothing if
# this version is already installed. `make test-indexes` compares the indexes with this package.
set -euo pipefail
cd "$(dirname "$0")/.."

version=$(sed -n 's/^ "version": "\(.*\)",$/\1/p' core/indexes/indexes.json)
venv=build/indexes/venv
found=$("$venv/bin/python" -c 'import importlib.metadata; print(importlib.metadata.version("spyndex"))' 2>/dev/null || true)
[ "$found" = "$version" ] && exit
rm -rf "$venv"
mkdir -p "$(dirname "$venv")"
"${PYTHON:-python3}" -m venv "$venv"
"$venv/bin/python" -m pip install --quiet "spyndex==$version" numpy
