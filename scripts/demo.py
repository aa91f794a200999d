"""The plugin's main job as a user meets it: the NDVI of a Landsat image with `qgis_process`, and a picture of it.

Everything is written below build/, QGIS's profile included.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
BUILD = ROOT / "build"
LANDSAT = BUILD / "data" / "L7_ETMs.tif"
MADE_UP = BUILD / "data" / "made_up.tif"
DEMO = BUILD / "demo"
INPUT = DEMO / "landsat_x20.tif"
OUTPUT = DEMO / "ndvi.tif"
PICTURE = DEMO / "ndvi.png"

PACKAGE = "r-cran-stars"
MEMBER = "usr/lib/R/site-library/stars/tif/L7_ETMs.tif"


def main() -> int:
    """Run the demo and return the exit code."""
    for folder in (LANDSAT.parent, DEMO):
        folder.mkdir(parents=True, exist_ok=True)
    if LANDSAT.exists() or fetch_landsat():
        say(f"Image: Landsat 7, from Debian's package {PACKAGE}: {LANDSAT}")
        enlarge(LANDSAT)
    else:
        make_up_scene()
        say(f"Image: Debian's package {PACKAGE} cannot be had here, so a made-up scene of the same shape: {MADE_UP}")
        enlarge(MADE_UP)
    seconds, log = compute()
    draw()
    report(seconds, log)
    return 0


def say(text: str) -> None:
    """Print a line at once, also into a pipe."""
    print(text, flush=True)


def fetch_landsat() -> bool:
    """Return whether the Landsat image could be taken out of Debian's package; R is not installed."""
    if not shutil.which("apt-get"):
        return False
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        folder.chmod(0o777)  # apt downloads as a user of its own
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
    """Return whether apt could download the package."""
    return quiet("apt-get", "download", PACKAGE, cwd=folder)


def quiet(*command: str, cwd: Path | None = None) -> bool:
    """Return whether a command succeeded; what it says is not shown."""
    return subprocess.run(command, cwd=cwd, capture_output=True).returncode == 0


def make_up_scene() -> None:
    """Write a scene of the Landsat image's shape: fields, woods and a lake, six bands of uint8."""
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
    with rasterio.open(MADE_UP, "w", transform=from_origin(288776, 9120761, 28.5, 28.5), **profile) as file:
        for band in range(6):
            land = soil[band] + (plants[band] - soil[band]) * green
            values = np.where(lake, water[band], land) + random.normal(0, 3, fields.shape)
            file.write(np.clip(values, 1, 255).astype("uint8"), band + 1)


def enlarge(scene: Path) -> None:
    """Write the scene 20 times as wide and high."""
    say(f"Enlarging it 20 times to {INPUT}")
    size = ["-outsize", "2000%", "2000%", "-r", "nearest"]
    profile = ["-co", "TILED=YES", "-co", "COMPRESS=DEFLATE", "-co", "NUM_THREADS=ALL_CPUS"]
    subprocess.run(["gdal_translate", "-q", *size, *profile, scene, INPUT], check=True)


def compute() -> tuple[float, list[str]]:
    """Run the algorithm with `qgis_process`; return the seconds it took and what it printed."""
    enable = ["plugins", "enable", "parallel_raster"]
    job = ["run", "parallelraster:normalizeddifference", "--"]
    job += [f"INPUT={INPUT}", "BAND_A=4", "BAND_B=3", f"OUTPUT={OUTPUT}"]
    # Debian's wrapper qgis_process passes a flag that the program behind it refuses.
    program = shutil.which("qgis_process.bin") or shutil.which("qgis_process") or sys.exit("qgis_process is missing.")
    environment = qgis_environment()
    subprocess.run([program, *enable], env=environment, check=True, stdout=subprocess.DEVNULL)
    say("\n$ qgis_process " + " ".join(job))
    started = time.monotonic()
    log = []
    with subprocess.Popen([program, *job], env=environment, stdout=subprocess.PIPE, text=True) as process:
        for line in process.stdout or ():
            say(line.rstrip("\n"))
            log.append(line.strip())
    if process.returncode:
        sys.exit(process.returncode)
    return time.monotonic() - started, log


def qgis_environment() -> dict[str, str]:
    """Return the environment of a QGIS without screen, with this plugin and a fresh profile below build/."""
    plugins, profile, runtime = (BUILD / name for name in ("plugins", "qgis", "runtime"))
    shutil.rmtree(profile, ignore_errors=True)
    for folder in (plugins, profile, runtime):
        folder.mkdir(parents=True, exist_ok=True)
    runtime.chmod(0o700)
    link = plugins / "parallel_raster"
    link.unlink(missing_ok=True)
    link.symlink_to(ROOT)
    return {
        **os.environ,
        "QT_QPA_PLATFORM": "offscreen",
        "QGIS_PLUGINPATH": str(plugins),
        "QGIS_CUSTOM_CONFIG_PATH": str(profile),
        "XDG_RUNTIME_DIR": str(runtime),
        "PYTHONWARNINGS": "ignore::DeprecationWarning",
    }


def draw() -> None:
    """Write a coloured picture of the result, one pixel for 10 x 10."""
    small = DEMO / "small.vrt"
    ramp = ROOT / "resources" / "styles" / "ndvi.txt"
    subprocess.run(["gdal_translate", "-q", "-of", "VRT", "-outsize", "10%", "10%", OUTPUT, small], check=True)
    no_sidecar = ["--config", "GDAL_PAM_ENABLED", "NO"]
    colours = ["gdaldem", "color-relief", small, ramp, PICTURE, "-of", "PNG", "-alpha", "-q", *no_sidecar]
    subprocess.run(colours, check=True)
    small.unlink()


def report(seconds: float, log: list[str]) -> None:
    """Print what came out and how long it took."""
    results = dict(line.split(":", 1) for line in log if line.partition(":")[0].isupper())
    names = {"MINIMUM": "minimum", "MAXIMUM": "maximum", "MEAN": "mean", "STD_DEV": "standard deviation"}
    print(f"\nNDVI:    {OUTPUT}")
    print(f"Picture: {PICTURE}")
    print("Values:  " + ", ".join(f"{word} {float(results[name]):.10f}" for name, word in names.items()))
    print(f"Valid:   {float(results['VALID_PERCENT']):.2f} % of all pixels")
    print(f"Speed:   {next(line for line in log if 'megapixels per second' in line)}")
    print(f"Time:    {seconds:.1f} s, the start of QGIS included")


if __name__ == "__main__":
    sys.exit(main())
