#!/usr/bin/env bash
# Installs the other tools for `make bench` if they are available here. `make bench` skips missing tools.
set -uo pipefail
cd "$(dirname "$0")/.."

as_root=
[ "$(id -u)" = 0 ] || as_root=sudo
for package in gdal-bin rasterio otb-bin grass-core python3-matplotlib; do
    dpkg-query --show --showformat '${db:Status-Status}' "$package" 2>/dev/null | grep -q '^installed$' && continue
    $as_root env DEBIAN_FRONTEND=noninteractive apt-get install --quiet --yes --no-install-recommends "$package" ||
        echo "$package cannot be installed here; its tools are skipped."
done

# in_environment FOLDER PACKAGE...: install packages into a separate environment in build/bench, because they contain
# their own rasterio and GDAL.
# With site=--system-site-packages, the environment also contains the packages of the system.
in_environment() {
    local site=${site-} folder=build/bench/$1
    shift
    "$folder/bin/python" -c '
import re, sys
from importlib.metadata import version
for package in sys.argv[1:]:
    version(re.split("[<>=]", package)[0])' "$@" 2>/dev/null && return 0
    mkdir -p build/bench
    /usr/bin/python3 -m venv $site "$folder" && "$folder/bin/pip" install --quiet "$@" || {
        rm -rf "$folder"  # `make bench` skips tools whose environment is missing
        echo "These packages cannot be installed here and are skipped: $*"
    }
}

in_environment profile py-spy
in_environment geowombat geowombat
in_environment filters dask-image xarray-spatial rioxarray rasterio
in_environment zones rasterstats exactextract
in_environment series odc-stac stackstac bottleneck rioxarray rasterio dask
site=--system-site-packages in_environment numba 'numba<0.60'
site=--system-site-packages in_environment stackcomposed stack-composed
