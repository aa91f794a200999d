"""Copy the screenshots taken by tests/gui/test_guide.py to docs/images/, reduced to 256 colours."""

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
"""Size and scale of the report's screenshot: it ends below the charts, and its text is just large enough to read."""


def main() -> int:
    """Convert all screenshots; return the exit code."""
    KEPT.mkdir(parents=True, exist_ok=True)
    taken = sorted(TAKEN.glob("guide_*.png"))
    if not taken:
        sys.exit(f"{TAKEN} contains no screenshots. Run tests/gui/test_guide.py first.")
    for path in taken:
        save(Image.open(path), path.stem.removeprefix("guide_"))
    browser = next(filter(None, map(shutil.which, BROWSERS)), None)
    if browser is None:
        print("Chromium (Debian's package chromium) is missing: docs/images/report.png was not updated.")
    else:
        with tempfile.TemporaryDirectory() as folder:
            save(page_picture(browser, Path(folder)), "report")
    return 0


def save(picture: Image.Image, name: str) -> None:
    """Write a picture to docs/images/ with 256 colours, which reduces the file to about a third of its size.

    The palette covers the whole range of colours. A palette of the most frequent colours would omit those of the icons.
    """
    path = KEPT / f"{name}.png"
    few = picture.convert("RGB").quantize(256, Image.Quantize.MAXCOVERAGE, kmeans=1, dither=Image.Dither.NONE)
    few.save(path, optimize=True)
    print(f"{path.relative_to(ROOT)}  {path.stat().st_size // 1024} kB")


def page_picture(browser: str, folder: Path) -> Image.Image:
    """Return a screenshot of the report in a browser; temporary files are written to `folder`."""
    png = folder / "report.png"
    command = [
        browser, "--headless", "--no-sandbox", "--disable-gpu", "--disable-background-networking", "--no-first-run",
        "--hide-scrollbars", f"--user-data-dir={folder / 'browser'}", f"--window-size={PAGE_WIDTH},{PAGE_HEIGHT}",
        f"--force-device-scale-factor={PAGE_SCALE}", f"--screenshot={png}", REPORT.as_uri(),
    ]  # fmt: skip
    subprocess.run(command, check=True, capture_output=True, timeout=120)
    return Image.open(png).copy()


if __name__ == "__main__":
    sys.exit(main())
