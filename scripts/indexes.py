"""Write core/indexes/indexes.json, the catalogue of spectral indexes, from the spyndex package on PyPI.

python scripts/indexes.py [--version 0.12.0] [--check]

The script downloads the package's wheel and reads the data from it, without installing the package. Radar and kernel
indexes are left out, because their inputs are not bands of an optical sensor. With `--check`, nothing is written, and
the exit code is 1 if the catalogue of the checkout differs from the data of the package.
"""

from __future__ import annotations

import argparse
import email
import json
import subprocess
import sys
import tempfile
import zipfile
from pathlib import Path
from typing import Any

CATALOGUE = Path(__file__).resolve().parent.parent / "core" / "indexes" / "indexes.json"
PACKAGE = "spyndex"
LEFT_OUT = ("radar", "kernel")
PLATFORMS = {
    "Sentinel-2": "sentinel2a",
    "Landsat 4-5": "landsat5",
    "Landsat 7": "landsat7",
    "Landsat 8-9": "landsat8",
    "MODIS": "modis",
    "PlanetScope": "planetscope",
    "WorldView-2/3": "wv2",
}
"""For each option of SENSOR, the platform in spyndex's data that defines the sensor's bands."""


def main() -> int:
    """Write or check the catalogue; return the exit code."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--version", default=json.loads(CATALOGUE.read_text())["version"] if CATALOGUE.exists() else "")
    parser.add_argument("--check", action="store_true", help="compare with the existing catalogue, write nothing")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        text = as_text(read_wheel(download(given.version, folder)))
    if not given.check:
        CATALOGUE.write_text(text, encoding="utf-8")
    elif CATALOGUE.read_text(encoding="utf-8") != text:
        print(f"{CATALOGUE} differs from {PACKAGE} {given.version}. Run scripts/indexes.py.", file=sys.stderr)
        return 1
    return 0


def download(version: str, folder: str) -> Path:
    """Download the wheel of a version, or of the newest version if `version` is empty, and return its path."""
    wanted = f"{PACKAGE}=={version}" if version else PACKAGE
    pip = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--only-binary=:all:"]
    subprocess.run([*pip, "--dest", folder, wanted], check=True)
    (wheel,) = Path(folder).glob("*.whl")
    return wheel


def read_wheel(path: Path) -> dict[str, Any]:
    """Return the catalogue in a wheel, with its version and licence."""
    with zipfile.ZipFile(path) as wheel:
        (metadata,) = (email.message_from_bytes(wheel.read(each)) for each in wheel.namelist() if "METADATA" in each)
        (licence,) = (wheel.read(each).decode() for each in wheel.namelist() if each.endswith("/LICENSE"))
        names = ("spectral-indices-dict", "bands", "constants")
        indexes, bands, constants = (json.loads(wheel.read(f"{PACKAGE}/data/{each}.json")) for each in names)
    kept = {
        name: each
        for name, each in indexes["SpectralIndices"].items()
        if each["application_domain"] not in LEFT_OUT
    }  # fmt: skip
    used = {symbol for each in kept.values() for symbol in each["bands"]}
    if used - {*bands, *constants}:
        sys.exit(f"The catalogue does not define the symbols {sorted(used - {*bands, *constants})}.")
    return {
        "catalogue": "Awesome Spectral Indices",
        "source": "https://github.com/awesome-spectral-indices/awesome-spectral-indices",
        "package": PACKAGE,
        "version": metadata["Version"],
        "license": "MIT" if licence.startswith("MIT License") else sys.exit("The licence of spyndex is no longer MIT."),
        "notice": licence,
        "bands": {
            letter: [each["common_name"], each["min_wavelength"], each["max_wavelength"]]
            for letter, each in bands.items()
        },
        "constants": {name: [each["default"], each["description"]] for name, each in constants.items() if name in used},
        "sensors": {
            sensor: {
                letter: [each["platforms"][platform]["band"], each["platforms"][platform]["wavelength"]]
                for letter, each in bands.items()
                if platform in each["platforms"]
            }
            for sensor, platform in PLATFORMS.items()
        },
        "indexes": {
            name: {
                "domain": each["application_domain"],
                "name": each["long_name"],
                "formula": each["formula"],
                "reference": each["reference"],
            }
            for name, each in kept.items()
        },
    }


def as_text(catalogue: dict[str, Any]) -> str:
    """Return the catalogue as JSON with one entry on each line, so that a new version has a readable diff."""
    parts = []
    for key, value in catalogue.items():
        if isinstance(value, dict):
            entries = [f"  {json.dumps(name)}: {json.dumps(each)}" for name, each in value.items()]
            parts.append(f" {json.dumps(key)}: {{\n" + ",\n".join(entries) + "\n }")
        else:
            parts.append(f" {json.dumps(key)}: {json.dumps(value)}")
    return "{\n" + ",\n".join(parts) + "\n}\n"


if __name__ == "__main__":
    sys.exit(main())
