#!/usr/bin/env bash
# Compares all jobs with all other tools, using the newest QGIS and GDAL. The script runs in the Debian system that
# `make test-matrix` creates for sid. The tables and charts are copied to docs/benchmarks/.
#   scripts/bench-newest.sh [OPTION OF benchmarks/bench.py]...
set -euo pipefail
cd "$(dirname "$0")/.."

results=${XDG_CACHE_HOME:-$HOME/.cache}/parallel-raster/matrix/sid/src/docs/benchmarks
code=0 options=
for option in "$@"; do options+=" '$option'"; done
scripts/matrix.sh --run "scripts/bench-setup.sh; /usr/bin/python3 benchmarks/bench.py --write newest$options" sid || code=$?
[ $code = 3 ] || cp "$results"/newest* docs/benchmarks/
exit $code
