#!/usr/bin/env bash
# Installs the package with pip into a new, isolated virtual environment, and runs the tests of the core and the shell
# commands on it. Long tests are left out unless PIP_TESTS is set to an empty string. The environment contains the
# newest Python found and the newest packages. Set PYTHON to use another Python; arguments are requirements that replace
# the newest versions:
#   PYTHON=python3.9 scripts/test_pip.sh 'rasterio==1.3.*' 'numpy<2'
set -euo pipefail
cd "$(dirname "$0")/.."

# The newest packages do not support older Python versions: rasterio 1.5 needs Python 3.12.
newest_python() {
    local each
    for each in "${PYENV_ROOT:-$HOME/.pyenv}"/versions/*/bin/python3 $(compgen -c python3. | grep -E '^python3\.[0-9]+$'); do
        "$each" -c 'import ensurepip, ssl, sys, venv
if sys.version_info.releaselevel == "final": print(*sys.version_info[:3], sys.executable)' 2>/dev/null || true
    done | sort -n -k 1,1 -k 2,2 -k 3,3 | tail -1 | cut -d ' ' -f 4-
}

work=$PWD/build/pip
venv=$work/venv
python=$venv/bin/python
rm -rf "$work"
mkdir -p "$work"
env -u PYTHONPATH "${PYTHON:-$(newest_python)}" -m venv "$venv"

# Install from a copy, because pip leaves build/ and *.egg-info in the source folder.
git ls-files -z --cached --others --exclude-standard --deduplicate 2>/dev/null |
    tar --create --null --files-from=- --ignore-failed-read | tar --extract --directory "$work" --one-top-level=source
mkdir -p "$work/source/build/data"
cp build/data/*.tif "$work/source/build/data/" 2>/dev/null || true  # otherwise the tests download the image again
"$python" -m pip install --quiet --upgrade 'pip>=25.1'
"$python" -m pip install --quiet "$work/source" "$@"
# Pass the same requirements again: otherwise, a test tool could install newer packages.
(cd "$work/source" && "$python" -m pip install --quiet --group test scikit-image "$@")  # scikit-image is used by the notebook
"$python" - <<'TEXT'
import importlib.metadata as installed
import importlib.util
import sys

names = ("rasterio", "rioxarray", "xarray", "dask", "numpy", "scipy")
print("Python", sys.version.split()[0], *(f"{name} {installed.version(name)}" for name in names))
foreign = [name for name in ("qgis", "osgeo") if importlib.util.find_spec(name)]
if foreign:
    sys.exit(f"The environment is not isolated: it contains {', '.join(foreign)}.")
TEXT
# The checkout must not be on the import path, or its core/ would be imported instead of the installed package.
cd "$work/source"
"$venv/bin/parallel-raster" tile-raster --help >/dev/null
"$venv/bin/rio" parallel-raster tile-raster --help >/dev/null
env -u PYTHONPATH -u PROJ_DATA -u PROJ_LIB PARALLEL_RASTER_INSTALLED=1 PYTHONSAFEPATH=1 \
    "$venv/bin/pytest" -p no:cacheprovider -n 2 -m "${PIP_TESTS-not long}" tests/core tests/shell tests/repository
