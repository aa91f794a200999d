#!/usr/bin/env bash
# Installs Dask distributed and a one-node SLURM for the cluster tests, if they are available here. Tests that need a
# missing package are skipped with a message.
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
    echo "Installing Debian packages for the cluster tests (less than a minute): ${missing[*]}"
    $as_root apt-get update --quiet || true
    for name in "${missing[@]}"; do
        $as_root env DEBIAN_FRONTEND=noninteractive \
            apt-get install --quiet --yes --no-install-recommends "$name" || echo "$name could not be installed." >&2
        # Stop and disable the package's service: the tests start their own servers.
        case $name in munge | slurmctld | slurmd)
            [ ! -d /run/systemd/system ] || $as_root systemctl --quiet disable --now "$name" || true ;;
        esac
    done
fi
has() { .venv/bin/python -c "import importlib.util as u, sys; sys.exit(u.find_spec('$1') is None)"; }
if has distributed && ! has dask_jobqueue; then
    # Without dependencies, because the system provides them.
    .venv/bin/python -m pip install --quiet --no-deps 'dask-jobqueue>=0.8' ||
        echo "dask-jobqueue could not be installed." >&2
fi
