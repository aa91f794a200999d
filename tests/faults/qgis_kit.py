"""Run `qgis_process` and `processing.run` with this checkout as the plugin, in a separate QGIS profile."""

from __future__ import annotations

import os
import shutil
import subprocess
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from child_package import ROOT
from fault_kit import BLOCKS, HERE

PROGRAM = shutil.which("qgis_process.bin") or shutil.which("qgis_process")
ALGORITHM = "parallelraster:normalizeddifference"
PARAMETERS = {"BAND_A": 2, "BAND_B": 1, "CHUNK_SIZE": 128, "CREATION_OPTIONS": BLOCKS, "WORKERS": 2}

PROCESSING_RUN = """
import glob
from qgis.core import QgsApplication, QgsProcessingException
sys.path += [path for path in glob.glob("/usr/share/qgis/python/plugins")]
application = QgsApplication([], False)
application.initQgis()
import processing
from processing.core.Processing import Processing
Processing.initialize()
from parallel_raster.plugin.provider import ParallelRasterProvider
provider = ParallelRasterProvider()
QgsApplication.processingRegistry().addProvider(provider)
errors = []
for parameters in arguments["runs"]:
    try:
        processing.run(arguments["algorithm"], parameters)
        errors.append("")
    except QgsProcessingException as error:
        errors.append(str(error).split("\\n", 1)[-1])  # without "Unable to execute algorithm"
print_outcome(lambda: errors)
os._exit(0)
"""


class Qgis:
    """Temporary QGIS profile in which the plugin is enabled."""

    def __init__(self, folder: Path) -> None:
        plugins, run = folder / "plugins", folder / "run"
        for each in (plugins, run, folder / "profile"):
            each.mkdir(mode=0o700)
        (plugins / "parallel_raster").symlink_to(ROOT)
        self.environment = {
            **os.environ,
            "QT_QPA_PLATFORM": "offscreen",
            "QGIS_CUSTOM_CONFIG_PATH": str(folder / "profile"),
            "QGIS_PLUGINPATH": str(plugins),
            "XDG_RUNTIME_DIR": str(run),
            "HOME": str(folder),
            # QGIS uses the standard library of the first python3 on PATH.
            "PATH": f"{Path(PROGRAM).parent}{os.pathsep}{os.environ.get('PATH', '')}",
        }
        enabled = self.call("plugins", "enable", "parallel_raster")
        assert enabled.returncode == 0, enabled.stderr

    def call(self, *arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
        """Run `qgis_process` with the given arguments and additional environment variables."""
        return subprocess.run(
            [PROGRAM, *arguments], env={**self.environment, **environment}, capture_output=True, text=True, timeout=300
        )

    def command(self, source: Path | str, output: Path | str, **parameters: Any) -> list[str]:
        """Return the arguments of `qgis_process` that compute a normalized difference with small chunks."""
        values = {"INPUT": source, "OUTPUT": output, **PARAMETERS, **parameters}
        return ["run", ALGORITHM, *(f"--{name}={value}" for name, value in values.items())]

    def run(self, source: Path | str, output: Path | str, environment: dict[str, str] | None = None) -> Any:
        """Run the normalized difference in `qgis_process` and wait until the process ends."""
        return self.call(*self.command(source, output), **(environment or {}))

    def start(self, source: Path | str, output: Path | str, **parameters: Any) -> subprocess.Popen[bytes]:
        """Start the normalized difference in `qgis_process`; return the running process, with its output as a pipe."""
        command = [PROGRAM, *self.command(source, output, **parameters)]
        return subprocess.Popen(
            command, env=self.environment, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, bufsize=0
        )

    def errors(self, output: Path | str, runs: Sequence[dict[str, Any]], **environment: str) -> list[str]:
        """Call `processing.run` in a child process, once for each dict of parameters; return the error of each call."""
        from fault_kit import run_child

        parameters = [{"OUTPUT": str(output), **PARAMETERS, **each} for each in runs]
        environment = {**self.environment, "PYTHONPATH": str(HERE), **environment}
        arguments = {"algorithm": ALGORITHM, "runs": parameters}
        run = run_child(PROCESSING_RUN, arguments, env=environment, fresh=True)
        assert run.ok, f"{run.kind} escaped: {run.message}\n{run.stderr[-2000:]}"
        return run.value


def wait_for_mark(process: subprocess.Popen[bytes], mark: int, timeout: float = 120) -> None:
    """Wait until the progress that `qgis_process` prints has reached `mark` percent."""
    wanted, text, end = f"...{mark}".encode(), b"", time.monotonic() + timeout
    while wanted not in text:
        assert time.monotonic() < end, text[-500:]
        piece = process.stdout.read(64)
        assert piece, f"it ended before {mark} percent: {text[-500:]!r}"
        text += piece


def make_qgis(folder: Path) -> Qgis:
    """Create a QGIS profile in `folder`; skip the test if QGIS is not installed."""
    if PROGRAM is None:
        pytest.skip("QGIS is not installed")
    return Qgis(folder)


def error_text(run: subprocess.CompletedProcess[str]) -> str:
    """Return the standard error output of `qgis_process` without the lines that contain warnings."""
    return "\n".join(line for line in run.stderr.splitlines() if "Warning" not in line).strip()
