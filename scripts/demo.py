"""Compute the NDVI of a Landsat image with `qgis_process`, once directly and once via tiles.

All files are written to build/, including the QGIS profile. `--zip FILE` installs the plugin from a zip into that
profile instead of using this checkout.
"""

from __future__ import annotations

import argparse
import json
import os
import shlex
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from qgis_runs import BUILD, ROOT, new_profile, program

LANDSAT = BUILD / "data" / "L7_ETMs.tif"
SYNTHETIC = BUILD / "data" / "synthetic.tif"
DEMO = BUILD / "demo"
INPUT = DEMO / "landsat_x20.tif"
OUTPUT = DEMO / "ndvi.tif"
BY_TILES = DEMO / "ndvi_by_tiles.tif"
PICTURE = DEMO / "ndvi.png"
MODEL = "parallelraster:NDVI by way of tiles"

PACKAGE = "r-cran-stars"
MEMBER = "usr/lib/R/site-library/stars/tif/L7_ETMs.tif"


def main() -> int:
    """Run the demo and return the exit code."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--zip", type=Path, help="zip of the plugin to install instead of using this checkout")
    archive = parser.parse_args().zip
    for folder in (LANDSAT.parent, DEMO):
        folder.mkdir(parents=True, exist_ok=True)
    if LANDSAT.exists() or fetch_landsat():
        say(f"Image: {LANDSAT} (Landsat 7, from the Debian package {PACKAGE})")
        enlarge(LANDSAT)
    else:
        write_synthetic_scene()
        say(f"Image: {SYNTHETIC} (synthetic, because the Debian package {PACKAGE} could not be downloaded)")
        enlarge(SYNTHETIC)
    qgis = Qgis(archive)
    bands = [f"INPUT={INPUT}", "BAND_A=4", "BAND_B=3"]
    seconds, log = qgis.run("parallelraster:normalizeddifference", *bands, f"OUTPUT={OUTPUT}")
    by_tiles, _ = qgis.run(MODEL, *bands, f"{qgis.raster_output(MODEL)}={BY_TILES}")
    draw()
    report(seconds, log)
    return compare(by_tiles)


def say(text: str) -> None:
    """Print a line and flush the output."""
    print(text, flush=True)


def fetch_landsat() -> bool:
    """Extract the Landsat image from Debian's package without installing the package; return True on success."""
    if not shutil.which("apt-get"):
        return False
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        folder.chmod(0o777)  # apt downloads as a separate user
        if not download(folder) and not (os.geteuid() == 0 and quiet("apt-get", "update") and download(folder)):
            return False
        image = folder / "content" / MEMBER
        for package in folder.glob("*.deb"):
            quiet("dpkg-deb", "-x", str(package), str(folder / "content"))
        if not image.exists():
            return False
        shutil.copyfile(image, LANDSAT)
    return True


def download(folder: Path) -> bool:
    """Download the package with apt; return True on success."""
    return quiet("apt-get", "download", PACKAGE, cwd=folder)


def quiet(*command: str, cwd: Path | None = None) -> bool:
    """Run a command without showing its output; return True on success."""
    return subprocess.run(command, cwd=cwd, capture_output=True).returncode == 0


def write_synthetic_scene() -> None:
    """Write a synthetic scene of fields and a lake, with six uint8 bands and the size of the Landsat image."""
    import numpy as np
    import rasterio
    from rasterio.transform import from_origin

    rows, cols = 352, 349
    random = np.random.default_rng(7)
    fields = np.kron(random.uniform(0.1, 0.9, (22, 22)), np.ones((16, 16)))[:rows, :cols]
    y, x = np.mgrid[:rows, :cols]
    green = np.clip(fields + random.normal(0, 0.05, fields.shape), 0, 1)
    lake = np.hypot(x - 230, (y - 120) * 1.6) < 60 + 8 * np.sin(x / 9)
    soil, plants, water = [90, 85, 95, 80, 120, 100], [60, 60, 40, 150, 80, 45], [70, 50, 35, 14, 12, 10]
    profile = {"driver": "GTiff", "width": cols, "height": rows, "count": 6, "dtype": "uint8", "crs": "EPSG:31985"}
    with rasterio.open(SYNTHETIC, "w", transform=from_origin(288776, 9120761, 28.5, 28.5), **profile) as file:
        for band in range(6):
            land = soil[band] + (plants[band] - soil[band]) * green
            values = np.where(lake, water[band], land) + random.normal(0, 3, fields.shape)
            file.write(np.clip(values, 1, 255).astype("uint8"), band + 1)


def enlarge(scene: Path) -> None:
    """Write the demo's input: the scene enlarged 20 times in both directions."""
    say(f"Enlarging the image 20 times in both directions: {INPUT}")
    size = ["-outsize", "2000%", "2000%", "-r", "nearest"]
    profile = ["-co", "TILED=YES", "-co", "COMPRESS=DEFLATE", "-co", "NUM_THREADS=ALL_CPUS"]
    subprocess.run(["gdal_translate", "-q", *size, *profile, scene, INPUT], check=True)


class Qgis:
    """`qgis_process` with this plugin enabled in a fresh profile."""

    def __init__(self, archive: Path | None) -> None:
        self._program = program()
        self._environment = new_profile(BUILD / "qgis", archive)
        self._output_of("plugins", "enable", "parallel_raster")

    def _output_of(self, *arguments: str) -> str:
        command = [self._program, *arguments]
        return subprocess.run(command, env=self._environment, check=True, stdout=subprocess.PIPE, text=True).stdout

    def raster_output(self, algorithm: str) -> str:
        """Return the name of an algorithm's raster output parameter, which for models depends on the QGIS version."""
        parameters = json.loads(self._output_of("--json", "help", algorithm))["parameters"]
        return next(name for name, each in parameters.items() if each["type"]["id"] == "rasterDestination")

    def run(self, algorithm: str, *parameters: str) -> tuple[float, list[str]]:
        """Run an algorithm; return its duration in seconds and the lines that it printed."""
        job = ["run", algorithm, "--", *parameters]
        say("\n$ qgis_process " + shlex.join(job))
        started = time.monotonic()
        log = []
        with subprocess.Popen(
            [self._program, *job], env=self._environment, stdout=subprocess.PIPE, text=True
        ) as process:
            for line in process.stdout or ():
                say(line.rstrip("\n"))
                log.append(line.strip())
        if process.returncode:
            sys.exit(process.returncode)
        return time.monotonic() - started, log


def draw() -> None:
    """Write a coloured picture of the result, reduced to a tenth of its width and height."""
    small = DEMO / "small.vrt"
    ramp = ROOT / "resources" / "styles" / "ndvi.txt"
    subprocess.run(["gdal_translate", "-q", "-of", "VRT", "-outsize", "10%", "10%", OUTPUT, small], check=True)
    no_sidecar = ["--config", "GDAL_PAM_ENABLED", "NO"]
    colours = ["gdaldem", "color-relief", small, ramp, PICTURE, "-of", "PNG", "-alpha", "-q", *no_sidecar]
    subprocess.run(colours, check=True)
    small.unlink()


def report(seconds: float, log: list[str]) -> None:
    """Print the statistics of the result and the duration of the run."""
    results = dict(line.split(":", 1) for line in log if line.partition(":")[0].isupper())
    names = {"MINIMUM": "minimum", "MAXIMUM": "maximum", "MEAN": "mean", "STD_DEV": "standard deviation"}
    print(f"\nNDVI:    {OUTPUT}")
    print(f"Picture: {PICTURE}")
    print("Values:  " + ", ".join(f"{word} {float(results[name]):.10f}" for name, word in names.items()))
    print(f"Valid:   {float(results['VALID_PERCENT']):.2f} % of all pixels")
    print(f"Speed:   {next(line for line in log if 'megapixels per second' in line)}")
    print(f"Time:    {seconds:.1f} s, including the start of QGIS")


def compare(seconds: float) -> int:
    """Print whether the direct result and the result computed through tiles are identical; return the exit code."""
    import rasterio

    with rasterio.open(OUTPUT) as direct, rasterio.open(BY_TILES) as tiles:
        metadata = [(each.transform, each.crs, each.nodata, each.shape) for each in (direct, tiles)]
        windows = [window for _, window in direct.block_windows(1)]
        same = metadata[0] == metadata[1] and all(
            direct.read(window=window).tobytes() == tiles.read(window=window).tobytes() for window in windows
        )
    outcome = "identical, bit for bit, to the direct result" if same else "NOT identical to the direct result"
    print(f"Tiles:   tiled, computed and merged in {seconds:.1f} s; {BY_TILES} is {outcome}")
    return 0 if same else 1


if __name__ == "__main__":
    sys.exit(main())
