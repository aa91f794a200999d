#!/usr/bin/env bash
# Installs the other tools for `make bench`, as far as they are available here. `make bench` skips missing tools.
set -uo pipefail
cd "$(dirname "$0")/.."

as_root=
[ "$(id -u)" = 0 ] || as_root=sudo
for package in gdal-bin rasterio otb-bin python3-matplotlib; do
    dpkg-query --show --showformat '${db:Status-Status}' "$package" 2>/dev/null | grep -q '^installed$' && continue
    $as_root env DEBIAN_FRONTEND=noninteractive apt-get install --quiet --yes --no-install-recommends "$package" ||
        echo "$package cannot be installed here; its tools are skipped."
done

# geowombat gets a separate environment, because it brings its own rasterio and GDAL.
geowombat=build/bench/geowombat
if ! "$geowombat/bin/python" -c 'import geowombat' 2>/dev/null; then
    mkdir -p build/bench
    /usr/bin/python3 -m venv "$geowombat" && "$geowombat/bin/pip" install --quiet geowombat ||
        echo "geowombat cannot be installed here; it is skipped."
fi
