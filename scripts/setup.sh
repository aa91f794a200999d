#!/usr/bin/env bash
# Installs missing requirements only:
#   scripts/setup.sh demo      requirements of the plugin and the demo
#   scripts/setup.sh develop   the same, and requirements of tests and lint
# QGIS, rasterio and related packages come from the distribution, so that a process never loads two GDAL libraries.
set -euo pipefail
cd "$(dirname "$0")/.."

purpose=${1-}
packages=(
    qgis python3-qgis qgis-providers gdal-bin python3-gdal
    python3-rasterio python3-rioxarray python3-dask python3-numpy python3-scipy libisal2
)
modules=(qgis osgeo rasterio rioxarray dask numpy scipy)
programs=(qgis_process gdal_translate gdaldem)
case $purpose in
    demo) ;;
    develop)
        packages+=(python3-venv git make xvfb python3-skimage)  # scikit-image is used by the notebook
        modules+=(venv)
        programs+=(git)
        ;;
    *)
        sed -n '2,5s/^# //p' "$0" >&2
        exit 2
        ;;
esac

# announce PACKAGE...: print the packages that apt will install, their size, and the expected duration
announce() {
    local sizes
    sizes=$($as_root env LC_ALL=C apt-get install --assume-no --no-install-recommends "$@" 2>/dev/null |
        sed -n 's/^Need to get \(.*\) of archives\.$/a download of \1, /p; s/^After this operation, \(.*\) of additional disk space.*/\1 on disk, /p' |
        tr -d '\n' || true)
    echo "Installing Debian packages for \"$purpose\": $*"
    echo "Including dependencies: ${sizes}about two minutes if QGIS is not installed yet, otherwise less."
}

install_debian_packages() {
    local installed missing as_root=
    installed=$(dpkg-query --show --showformat '${Package} ${db:Status-Status}\n' "${packages[@]}" 2>/dev/null |
        sed -n 's/ installed$//p' || true)
    missing=$(printf '%s\n' "${packages[@]}" | grep -vxF -e "$installed" || true)
    [ -n "$missing" ] || return 0
    if [ "$(id -u)" != 0 ]; then
        as_root=sudo
        command -v sudo >/dev/null || {
            echo "Missing packages:" $missing >&2
            echo "Installing them requires root privileges. Run as root:  apt-get install --no-install-recommends" $missing >&2
            exit 1
        }
    fi
    echo "Updating the package lists of apt"
    $as_root apt-get update --quiet --quiet
    announce $missing
    $as_root env DEBIAN_FRONTEND=noninteractive apt-get install --quiet --quiet --yes --no-install-recommends \
        -o DPkg::Lock::Timeout=300 -o DPkg::Use-Pty=0 $missing
}

check_other_system() {
    local missing=() name
    for name in "${modules[@]}"; do
        "$python" -c "import importlib.util as u, sys; sys.exit(u.find_spec('$name') is None)" || missing+=("Python's $name")
    done
    for name in "${programs[@]}"; do
        command -v "$name" >/dev/null || missing+=("$name")
    done
    [ ${#missing[@]} -gt 0 ] || return 0
    cat >&2 <<TEXT
This system is not Debian or Ubuntu, so nothing was installed. Missing for $python: $(printf '%s; ' "${missing[@]}")
  conda:   conda install -c conda-forge qgis rasterio rioxarray dask scipy git   (also on macOS and Windows)
  Fedora:  dnf install qgis python3-qgis gdal python3-gdal python3-rasterio git && pip install rioxarray dask scipy
Then run this again. Set PYTHON=... to use another Python.
TEXT
    exit 1
}

# mypy derives module names from folder names, and the folder of a checkout can have any name.
link_package() {
    mkdir -p build/types
    ln -sfn ../.. build/types/parallel_raster
}

# Writes pip's constraints. Packages that contain GDAL or share its data keep the system's version, whatever version a
# tool requires. requirements-dev.txt requires Python 3.11 and does not apply to packages that the system provides:
# tests use the versions that the plugin finds in QGIS.
write_constraints() {
    "$python" - <<'TEXT'
import importlib.metadata
import re
import sys
from pathlib import Path


def normalized(name):
    return re.sub(r"[-_.]+", "-", name).lower()


found = importlib.metadata.distributions()
system = {normalized(each.metadata["Name"] or ""): each.version for each in found}
kept = [f"{name}=={system[name]}" for name in ("gdal", "numpy", "pyproj", "rasterio") if name in system]
lines = Path("requirements-dev.txt").read_text().splitlines() if sys.version_info >= (3, 11) else []
locked = [line for line in lines if normalized(line.partition("==")[0]) not in system]
Path(".venv/constraints").write_text("\n".join(kept))
Path(".venv/locked").write_text("\n".join([*kept, *locked]))
TEXT
}

install_tools() {
    .venv/bin/python -m pip install --quiet --group dev --constraint "$1"
}

# The stamp contains the Python version and the requirements for which the environment was created.
make_environment() {
    local stamp
    stamp=$("$python" --version && cat pyproject.toml requirements-dev.txt)
    [ "$(cat .venv/stamp 2>/dev/null)" != "$stamp" ] || return 0
    echo "Creating the virtual environment .venv with the tools for tests and lint (about a minute)"
    "$python" -m venv --system-site-packages .venv
    # pip 25.1 is the first version that supports [dependency-groups].
    .venv/bin/python -m pip install --quiet 'pip>=25.1'
    write_constraints
    install_tools .venv/locked || {
        echo "The versions in requirements-dev.txt cannot be installed here; using the newest compatible versions" >&2
        install_tools .venv/constraints
    }
    printf '%s\n' "$stamp" >.venv/stamp
}

if [ -e /etc/debian_version ] && command -v apt-get >/dev/null; then
    python=/usr/bin/python3
    install_debian_packages
else
    python=${PYTHON:-python3}
    check_other_system
fi
if [ "$purpose" = develop ]; then
    link_package
    make_environment
fi
