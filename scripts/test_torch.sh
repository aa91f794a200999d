#!/usr/bin/env bash
# Installs Debian's PyTorch, then trains a small network on training chips. `make test-torch` runs this script in the
# trixie system of scripts/matrix.sh.
set -euo pipefail
cd "$(dirname "$0")/.."

dpkg-query --show --showformat '${db:Status-Status}' python3-torch 2>/dev/null | grep -q '^installed$' || {
    apt-get update --quiet
    apt-get install --quiet --yes --no-install-recommends python3-torch
    apt-get clean
} >/tmp/torch.log 2>&1 || {
    tail -5 /tmp/torch.log
    echo "PyTorch cannot be installed here; its test is skipped." >&2
    exit 3
}
.venv/bin/python -m pytest -rfEs -p no:pytest_qgis tests/torch
