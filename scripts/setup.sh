#!/usr/bin/env bash
# Installs what is missing, and nothing else; a second run finds nothing to do:
#   scripts/setup.sh demo      what the plugin and the demo need
#   scripts/setup.sh develop   that, and what tests and lint need
# QGIS, rasterio and their relatives come from the distribution, so that one process never holds two GDALs.
set -euo pipefail
cd "$(dirname "$0")/.."

purpose=${1-}
packages=(
    qgis python3-qgis qgis-providers gdal-bin python3-gdal
    python3-rasterio python3-rioxarray python3-dask python3-numpy libisal2
)
modules=(qgis osgeo rasterio rioxarray dask numpy)
programs=(qgis_process gdal_translate gdaldem)
case $purpose in
    demo) ;;
    develop)
        packages+=(python3-venv git make xvfb)
        modules+=(venv)
        programs+=(git)
        ;;
    *)
        sed -n '2,5s/^# //p' "$0" >&2
        exit 2
        ;;
esac

# announce PACKAGE...: what apt is about to install, how much of it, and how long that takes
announce() {
    local sizes
    sizes=$($as_root env LC_ALL=C apt-get install --assume-no --no-install-recommends "$@" 2>/dev/null |
        sed -n 's/^Need to get \(.*\) of archives\.$/a download of \1, /p; s/^After this operation, \(.*\) of additional disk space.*/\1 on the disk, /p' |
        tr -d '\n' || true)
    echo "Installing Debian packages for \"$purpose\": $*"
    echo "With all that they depend on: ${sizes}some two minutes where nothing of QGIS is there yet, else less."
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
            echo "Installing them needs root. Run as root:  apt-get install --no-install-recommends" $missing >&2
            exit 1
        }
    fi
    echo "Asking apt which packages there are"
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
This system is no Debian or Ubuntu, so nothing was installed. Missing for $python: $(printf '%s; ' "${missing[@]}")
  conda:   conda install -c conda-forge qgis rasterio rioxarray dask git   (the way on macOS and Windows)
  Fedora:  dnf install qgis python3-qgis gdal python3-gdal python3-rasterio git && pip install rioxarray dask
Then run this again; PYTHON=... names the Python to use.
TEXT
    exit 1
}

# mypy names modules by their folders, and the folder of a checkout may have any name.
link_package() {
    mkdir -p build/types
    ln -sfn ../.. build/types/parallel_raster
}

# Writes what pip is held to. What holds GDAL or shares its data stays the system's, whatever a tool would rather have.
# requirements-dev.txt, which begins with Python 3.11, does not apply to packages that the system has: tests run with
# those that the plugin meets in QGIS.
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

# The stamp says for which Python and which requirements the environment was made.
make_environment() {
    local stamp
    stamp=$("$python" --version && cat pyproject.toml requirements-dev.txt)
    [ "$(cat .venv/stamp 2>/dev/null)" != "$stamp" ] || return 0
    echo "Making the virtual environment .venv with the tools for tests and lint by pip: about a minute"
    "$python" -m venv --system-site-packages .venv
    # The first pip that reads [dependency-groups].
    .venv/bin/python -m pip install --quiet 'pip>=25.1'
    write_constraints
    install_tools .venv/locked || {
        echo "The versions of requirements-dev.txt do not fit here; taking the newest that do" >&2
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
