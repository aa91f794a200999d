#!/usr/bin/env bash
# Runs the tests with the QGIS versions of other Debian suites. Long tests are left out unless MATRIX_TESTS is set to an
# empty string. Each suite has its own Debian system in the cache folder:
#   scripts/matrix.sh [trixie] [sid]
# With --run, the script runs a command in these systems instead, in a copy of the checkout:
#   scripts/matrix.sh --run COMMAND SUITE...
# The systems are kept for the next run; delete the folder to create them again. The tests run in a copy of the
# checkout, so only logs are written to the checkout, in build/matrix/. Exit code 3: this machine cannot run the tests.
set -euo pipefail
cd "$(dirname "$0")/.."

cache=${XDG_CACHE_HOME:-$HOME/.cache}/parallel-raster/matrix
logs=$PWD/build/matrix
command=
[ "${1-}" != --run ] || {
    command=$2
    shift 2
}
suites=("$@")
[ ${#suites[@]} -gt 0 ] || suites=(trixie sid)
folders=(core cluster qgis faults gui)
at_once=(core cluster gui)

packages=(
    qgis python3-qgis qgis-providers gdal-bin python3-gdal
    python3-rasterio python3-rioxarray python3-dask python3-numpy python3-scipy libisal2
    python3-distributed munge slurmctld slurmd slurm-client openssl
    python3-pytest python3-pytest-xdist python3-hypothesis python3-pydantic python3-tifffile python3-nbclient python3-ipykernel python3-matplotlib
    python3-skimage
    python3-venv git make xvfb
)
# Packages that Debian does not provide. They are pure Python, so any Python version can download them.
wheels=(pytest-qgis rio-cogeo morecantile dask-jobqueue)

cannot() {
    echo "The tests in other QGIS versions cannot run here: $1" >&2
    exit 3
}

check_machine() {
    [ "$(uname -s)" = Linux ] && command -v apt-get >/dev/null || cannot "they need Debian or Ubuntu."
    [ "$(id -u)" = 0 ] || cannot "creating a Debian system needs root privileges."
    unshare --mount --pid --fork true 2>/dev/null || cannot "root cannot mount file systems (is this a container without SYS_ADMIN?)."
    local suite space needed=0
    for suite in "${suites[@]}"; do  # 3 GB for the files of the tests, and 3 GB for a system not created yet
        needed=$((needed + 3))
        [ -e "$cache/$suite/opt/stamp" ] || needed=$((needed + 3))
    done
    mkdir -p "$cache" "$logs"
    space=$(df --output=avail --block-size=1G "$cache" | tail -1)
    [ "$space" -ge "$needed" ] || cannot "$cache has $space GB of free space, but $needed GB are needed."
    command -v debootstrap >/dev/null || {
        apt-get update --quiet
        # Wait for the lock: right after booting, the machine may be installing updates.
        DEBIAN_FRONTEND=noninteractive apt-get install --quiet --yes --no-install-recommends \
            -o DPkg::Lock::Timeout=300 debootstrap
    } >"$logs/debootstrap.log" 2>&1 || cannot "debootstrap cannot be installed; see $logs/debootstrap.log."
}

mirror() {
    local found
    found=$(apt-get indextargets --format '$(REPO_URI)' 'CREATED-BY: Packages' 'ORIGIN: Debian' 'LABEL: Debian' | head -1)
    echo "${found:-http://deb.debian.org/debian/}"
}

# Run a command in separate namespaces: all mounts and processes end with the command, and the command ends with the
# shell that started it. The first process inside is a shell, because a shell reaps orphaned processes and a test runner
# does not.
isolated() {
    setpriv --pdeathsig KILL unshare --mount --propagation private --pid --fork --kill-child "$@"
}

inside() {
    local root=$1
    shift
    isolated bash -c '
        mount -t proc proc "$0/proc" && mount --rbind /dev "$0/dev" && mount --rbind /sys "$0/sys" || exit 1
        chroot "$0" /usr/bin/env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin HOME=/root LANG=C.UTF-8 TERM=dumb \
            DEBIAN_FRONTEND=noninteractive ${http_proxy:+http_proxy="$http_proxy"} "$@"
        exit $?
    ' "$root" "$@"
}

# Create a minimal system in a temporary folder, and rename the folder when the system is complete.
make_root() {
    local suite=$1 root=$2 new=$2.new
    rm -rf "$new" "$root"
    isolated debootstrap --variant=minbase "$suite" "$new" "$(mirror)"
    printf '#!/bin/sh\nexit 101\n' >"$new/usr/sbin/policy-rc.d"  # no service is started
    chmod +x "$new/usr/sbin/policy-rc.d"
    # On a mirror frozen at an earlier date, the package lists of sid have expired.
    printf '%s\n' 'Acquire::Check-Valid-Until "false";' 'Acquire::Languages "none";' >"$new/etc/apt/apt.conf.d/matrix"
    printf '%s\n' force-unsafe-io 'path-exclude=/usr/share/doc/*' 'path-exclude=/usr/share/man/*' \
        >"$new/etc/dpkg/dpkg.cfg.d/matrix"
    mv "$new" "$root"
}

# Install the requirements of the tests. The stamp lists them and exists only when all of them are installed.
install_requirements() {
    local suite=$1 root=$2
    rm -f "$root/opt/stamp"
    cp -L /etc/resolv.conf "$root/etc/resolv.conf"
    inside "$root" apt-get update --quiet
    inside "$root" apt-get install --quiet --yes --no-install-recommends "${packages[@]}"
    inside "$root" apt-get clean
    mkdir -p "$root/opt/wheels"
    .venv/bin/python -m pip download --quiet --no-deps --dest "$root/opt/wheels" "${wheels[@]}"
    inside "$root" python3 -m venv --system-site-packages /opt/venv
    inside "$root" /opt/venv/bin/python -m pip install --quiet --no-index --no-deps --find-links /opt/wheels "${wheels[@]}"
    stamp "$suite" >"$root/opt/stamp"
}

stamp() {
    printf '%s\n' "$1" "${packages[@]}" "${wheels[@]}"
}

# Without a stamp, the state of a system is unknown, so the system is created again. If the stamp differs, the missing
# packages are added.
prepare() {
    local suite=$1 root=$2
    [ -e "$root/opt/stamp" ] || make_root "$suite" "$root"
    install_requirements "$suite" "$root"
}

# Copy all files that git tracks or would add, and commit them in the copy, because some tests use git.
copy_checkout() {
    local root=$1 git=(git -c user.name=matrix -c user.email=matrix@example.org -C "$1/src")
    rm -rf "$root/src" && find "$root/tmp" -mindepth 1 -delete
    mkdir -p "$root/src/build/data"
    git ls-files -z --cached --others --exclude-standard --deduplicate |
        tar --create --null --files-from=- --ignore-failed-read 2>/dev/null | tar --extract --directory "$root/src"
    cp build/data/*.tif "$root/src/build/data/" 2>/dev/null || true
    "${git[@]}" init --quiet && "${git[@]}" add --all && "${git[@]}" commit --quiet --message "copy under test"
    ln -sfn /opt/venv "$root/src/.venv"
    cp -L /etc/resolv.conf "$root/etc/resolv.conf"
    # Behind a proxy that uses its own certificate, pip needs the certificates of this machine.
    mkdir -p "$root/etc/ssl/certs" && cp -L /etc/ssl/certs/ca-certificates.crt "$root/etc/ssl/certs/" 2>/dev/null || true
    printf '127.0.0.1 localhost %s\n' "$(hostname)" >"$root/etc/hosts"  # SLURM resolves its node name with this file
}

versions() {
    inside "$1" python3 -c '
import sys, dask, numpy, rasterio
from osgeo import gdal
from qgis.core import Qgis
from qgis.PyQt.QtCore import QT_VERSION_STR
print(f"QGIS {Qgis.QGIS_VERSION.split(chr(45))[0]}, Qt {QT_VERSION_STR}, Python {sys.version.split()[0]}, "
      f"GDAL {gdal.__version__}, rasterio {rasterio.__version__}, dask {dask.__version__}, numpy {numpy.__version__}")
'
}

# Prepare a system with the requirements of the tests and a copy of the checkout.
ready() {
    local suite=$1 root=$cache/$1 start=$SECONDS
    if [ "$(cat "$root/opt/stamp" 2>/dev/null)" != "$(stamp "$suite")" ]; then
        echo "$suite: creating the Debian system in $root"
        # `prepare` must not be part of a condition: there, bash would ignore failing steps.
        prepare "$suite" "$root" >"$logs/$suite-make.log" 2>&1 &
        wait $! || {
            tail -20 "$logs/$suite-make.log"
            echo "$suite: the system could not be created; see $logs/$suite-make.log"
            return 3
        }
        echo "$suite: created in $((SECONDS - start)) s"
    fi
    copy_checkout "$root"
    echo "$suite: $(versions "$root" 2>/dev/null)" | tee "$logs/$suite.txt"
}

# Number of pytest processes for a folder. If all systems are tested at once, each system runs the tests in one process.
jobs_of() {
    if [[ " ${at_once[*]} " = *" $1 "* ]]; then echo 0; else echo 2; fi
}

# Run one folder of tests; print the failures, then a line with the counts.
test_folder() {
    local suite=$1 folder=$2 root=$cache/$1 log=$logs/$1-$2.log line failed=0
    inside "$root" make --no-print-directory -C /src -o setup JOBS="$(jobs_of "$folder")" \
        SHORT="${MATRIX_TESTS--m 'not long'}" CLUSTER_TESTS="-m 'not long'" "test-$folder" >"$log" 2>&1 </dev/null || failed=1
    [ $failed = 0 ] || sed -n '/= FAILURES =\|= ERRORS =/,$p' "$log"
    grep -E '^SKIPPED' "$log" || true
    [ "$folder" != gui ] || cp -r "$root/src/build/gui" "$logs/$suite-gui" 2>/dev/null || true
    line=$(grep -E '^=+ .*(passed|failed|skipped|error).* =+$' "$log" | tail -1 | tr -d =) || failed=1
    echo "$suite: tests/$folder:${line:- ended without a summary; see $log}" | tee -a "$logs/$suite.txt"
    return $failed
}

# Run a command in the background, so that a signal ends this script and its jobs at once.
begin() {
    (set -e; "$@") &
    jobs+=($!)
}

# Wait for all jobs. The exit code is 3 only if no job failed with another code.
finish() {
    local job result
    for job in "${jobs[@]}"; do
        result=0
        wait "$job" || result=$?
        [ $result = 0 ] || [ $code = 1 ] || code=$result
    done
    jobs=()
}

main() {
    local suite folder
    jobs=() code=0
    trap 'kill "${jobs[@]}" 2>/dev/null; exit 130' INT TERM
    check_machine
    exec 9>"$cache/lock"
    flock --timeout 3600 9 || cannot "another run is in progress."
    for suite in "${suites[@]}"; do
        [ -n "$command" ] || rm -rf "$logs/$suite.txt" "$logs/$suite"-*
        begin ready "$suite"
    done
    finish
    [ $code != 3 ] || cannot "a Debian system could not be created. Check the network."
    [ $code = 0 ] || exit 1
    [ -z "$command" ] || {
        for suite in "${suites[@]}"; do inside "$cache/$suite" sh -c "cd /src && $command" || code=1; done
        exit $code
    }
    # Some folders are tested in all systems in parallel, the other folders in one system at a time.
    for folder in "${folders[@]}"; do
        [ -d "tests/$folder" ] || continue
        for suite in "${suites[@]}"; do
            begin test_folder "$suite" "$folder"
            [[ " ${at_once[*]} " = *" $folder "* ]] || finish
        done
        finish
    done
    echo
    for suite in "${suites[@]}"; do cat "$logs/$suite.txt"; done
    [ $code = 0 ] || exit 1
}

main  # a function, so that the shell reads the complete file before it runs anything
