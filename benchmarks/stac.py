"""Compare stac_stack with 8 connections, stac_stack with one, and odc-stac.

    /usr/bin/python3 benchmarks/stac.py [--size 2048] [--scenes 24] [--latency 50] [--repeats 3]

Each run is a process that reads the central part of all scenes from a local server, which delays each response, and
writes one GeoTIFF per day. The written pixels are compared with those of the source files. The benchmark fails if
8 connections are less than 4 times as fast as one connection, or slower than odc-stac.
"""

from __future__ import annotations

import argparse
import contextlib
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

from measure import Run, interleaved, median, print_table

HERE = Path(__file__).resolve().parent
SERVER = str(HERE / "stac_server.py")
PEER = HERE.parent / "build" / "bench" / "series" / "bin" / "python"

BANDS = ("red", "nir")
CRS, LEFT, TOP, PIXEL = "EPSG:32632", 600_000, 5_100_000, 10
OURS = {8: "stac_stack, 8 connections", 1: "stac_stack, 1 connection"}
LEAST_GAIN = 4.0


def main() -> None:
    """Serve the scenes, measure all commands, check their results, and print a table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--size", type=int, default=2048)
    parser.add_argument("--scenes", type=int, default=24)
    parser.add_argument("--latency", type=float, default=50, help="milliseconds before each response")
    parser.add_argument("--repeats", type=int, default=3)
    parser.add_argument("--folder", type=Path, default=HERE.parent / "build" / "bench")
    given = parser.parse_args()
    source, target = given.folder / f"stac_{given.size}_{given.scenes}", given.folder / "stac_out"
    items = given.folder / "stac_items.json"
    with serving(source, given.size, given.scenes, given.latency, items):
        commands = ways(items, target, given.size)
        runs: dict[str, list[Run]] = {name: [] for name in commands}
        for _ in range(given.repeats):
            for name, command in commands.items():
                runs[name] += interleaved({name: command}, 1, {"no_proxy": "127.0.0.1"}, [target])[name]
                subprocess.run([sys.executable, SERVER, "check", source, target, str(given.size)], check=True)
    side, bands = given.size // 2, len(BANDS)
    print(f"{given.scenes} scenes of {side} x {side} pixels and {bands} bands, {given.latency:g} ms delay per response")
    print_table(runs, OURS[8])
    sys.exit("\n".join(failures(runs)) or 0)


@contextlib.contextmanager
def serving(source: Path, size: int, count: int, latency: float, items: Path) -> Iterator[None]:
    """Serve the files of the scenes from another process, which first writes the STAC items of the scenes.

    The other process also creates the scenes, to keep this process small: the measured peak memory of a child process
    includes the memory of its parent.
    """
    command = [sys.executable, SERVER, "serve", source, items, str(size), str(count), str(latency)]
    server = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    try:
        if server.stdout.readline().strip() != b"ready":
            sys.exit("The server could not be started.")
        yield
    finally:
        server.stdin.close()  # the server ends when its standard input is closed
        server.wait()


def ways(items: Path, target: Path, size: int) -> dict[str, list[str]]:
    """Return the commands to compare, keyed by their names in the table."""
    core = [sys.executable, str(HERE / "run_core.py"), "stac_stack", str(items), str(target)]
    options = [f"assets={list(BANDS)}", f"extent={extent(size)}"]
    commands = {OURS[count]: [*core, *options, f"connections={count}"] for count in OURS}
    if PEER.exists():
        commands["odc-stac, 8 threads"] = [str(PEER), str(HERE / "stac_peer.py"), str(items), str(target), str(size)]
    else:
        print("odc-stac is not installed; run `make bench-setup` to compare with it.")
    return commands


def failures(runs: dict[str, list[Run]]) -> list[str]:
    """Return one sentence for each performance requirement that is not met."""
    ours, one = (median(runs[OURS[count]], "wall") for count in OURS)
    found = []
    if one / ours < LEAST_GAIN:
        found.append(f"8 connections are {one / ours:.1f} times as fast as one; the minimum is {LEAST_GAIN:g}.")
    for name in set(runs) - set(OURS.values()):
        if median(runs[name], "wall") < ours:
            found.append(f"stac_stack with 8 connections is slower than {name}.")
    return found


def extent(size: int) -> tuple[int, int, int, int]:
    """Return the extent (map units) of the central part of the scenes: half their width and height, on pixel edges."""
    first, last = size // 4 * PIXEL, 3 * size // 4 * PIXEL
    return LEFT + first, TOP - last, LEFT + last, TOP - first


if __name__ == "__main__":
    main()
