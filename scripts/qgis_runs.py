"""Functions that prepare `qgis_process` and a new profile with this plugin, for the demo and the example project."""

from __future__ import annotations

import os
import shutil
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
BUILD = ROOT / "build"


def program() -> str:
    """Return the path of `qgis_process`, or exit if QGIS is not installed."""
    # Debian's wrapper script qgis_process passes an option that the program does not accept.
    found = shutil.which("qgis_process.bin") or shutil.which("qgis_process")
    return found or sys.exit("qgis_process was not found. Install QGIS.")


def plugins_of(profile: Path) -> Path:
    """Return the folder of the plugins in a QGIS profile."""
    return profile / "profiles" / "default" / "python" / "plugins"


def new_profile(profile: Path, archive: Path | None = None) -> dict[str, str]:
    """Create a QGIS profile with the plugin; return the environment variables to run QGIS in it headless.

    The plugin is unpacked from the zip `archive`; without a zip, it is a link to this checkout.
    """
    plugins, runtime = plugins_of(profile), BUILD / "runtime"
    shutil.rmtree(profile, ignore_errors=True)
    for folder in (plugins, runtime):
        folder.mkdir(parents=True, exist_ok=True)
    runtime.chmod(0o700)
    if archive:
        shutil.unpack_archive(archive, plugins, "zip")
    else:
        (plugins / "parallel_raster").symlink_to(ROOT)
    return {
        **{name: value for name, value in os.environ.items() if name != "QGIS_PLUGINPATH"},
        "QT_QPA_PLATFORM": "offscreen",
        "QGIS_CUSTOM_CONFIG_PATH": str(profile),
        "XDG_RUNTIME_DIR": str(runtime),
        "PYTHONWARNINGS": "ignore::DeprecationWarning",
    }
