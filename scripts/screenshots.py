"""Put the pictures that tests/gui/test_guide.py took of the desktop into docs/images/, in few bytes."""

from __future__ import annotations

import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from PIL import Image

ROOT = Path(__file__).resolve().parent.parent
TAKEN = ROOT / "build" / "gui"
KEPT = ROOT / "docs" / "images"
REPORT = TAKEN / "guide_report.html"

BROWSERS = ("chromium", "chromium-browser", "google-chrome")
PAGE_WIDTH, PAGE_HEIGHT, PAGE_SCALE = 1000, 2450, 0.7
"""The page down to its charts, as large as one can still read."""


def main() -> int:
    """Keep every picture and return the exit code."""
    KEPT.mkdir(parents=True, exist_ok=True)
    taken = sorted(TAKEN.glob("guide_*.png"))
    if not taken:
        sys.exit(f"{TAKEN} holds no pictures; tests/gui/test_guide.py takes them.")
    for path in taken:
        keep(Image.open(path), path.stem.removeprefix("guide_"))
    browser = next(filter(None, map(shutil.which, BROWSERS)), None)
    if browser is None:
        print("No Chromium (Debian's package chromium): docs/images/report.png stays as it was.")
    else:
        with tempfile.TemporaryDirectory() as folder:
            keep(page_picture(browser, Path(folder)), "report")
    return 0


def keep(picture: Image.Image, name: str) -> None:
    """Write a picture of 256 colours, which is a third of the bytes and looks the same.

    Spread over all colours in it: the most frequent ones would be those of the map, without the red of an icon.
    """
    path = KEPT / f"{name}.png"
    few = picture.convert("RGB").quantize(256, Image.Quantize.MAXCOVERAGE, kmeans=1, dither=Image.Dither.NONE)
    few.save(path, optimize=True)
    print(f"{path.relative_to(ROOT)}  {path.stat().st_size // 1024} kB")


def page_picture(browser: str, folder: Path) -> Image.Image:
    """Return the report as a browser shows it."""
    png = folder / "report.png"
    words = [
        browser, "--headless", "--no-sandbox", "--disable-gpu", "--disable-background-networking", "--no-first-run",
        "--hide-scrollbars", f"--user-data-dir={folder / 'browser'}", f"--window-size={PAGE_WIDTH},{PAGE_HEIGHT}",
        f"--force-device-scale-factor={PAGE_SCALE}", f"--screenshot={png}", REPORT.as_uri(),
    ]  # fmt: skip
    subprocess.run(words, check=True, capture_output=True, timeout=120)
    return Image.open(png).copy()


if __name__ == "__main__":
    sys.exit(main())
