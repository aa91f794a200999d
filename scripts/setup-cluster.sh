#!/usr/bin/env bash
# Installs what only the tests of clusters need, Dask distributed and a SLURM of one node, as far as it can be had here:
# where something is missing, those tests are skipped and say so.
set -euo pipefail
cd "$(dirname "$0")/.."

command -v apt-get >/dev/null || exit 0
optional=(python3-distributed munge slurmctld slurmd slurm-client openssl)
missing=()
as_root=
[ "$(id -u)" = 0 ] || as_root="sudo --non-interactive"
for name in "${optional[@]}"; do
    dpkg-query --show --showformat '${db:Status-Status}' "$name" 2>/dev/null | grep -qx installed || missing+=("$name")
done
if [ ${#missing[@]} -gt 0 ]; then
    echo "Installing Debian packages for the tests of clusters, in less than a minute: ${missing[*]}"
    $as_root apt-get update --quiet || true
    for name in "${missing[@]}"; do
        $as_root env DEBIAN_FRONTEND=noninteractive \
            apt-get install --quiet --yes --no-install-recommends "$name" || echo "Without $name." >&2
        # The tests start servers of their own; a package's service would stay.
        case $name in munge | slurmctld | slurmd)
            [ ! -d /run/systemd/system ] || $as_root systemctl --quiet disable --now "$name" || true ;;
        esac
    done
fi
has() { .venv/bin/python -c "import importlib.util as u, sys; sys.exit(u.find_spec('$1') is None)"; }
if has distributed && ! has dask_jobqueue; then
    # Without what it asks for: that is the system's.
    .venv/bin/python -m pip install --quiet --no-deps 'dask-jobqueue>=0.8' || echo "Without dask-jobqueue." >&2
fi
