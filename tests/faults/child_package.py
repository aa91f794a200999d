"""Import the checkout as `parallel_raster`. Every child process of these tests imports this module first."""

from __future__ import annotations

import importlib.util
import json
import os
import signal
import sys
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]


def register() -> None:
    """Make `import parallel_raster` import this checkout, regardless of the name of its folder."""
    if "parallel_raster" in sys.modules:
        return
    spec = importlib.util.spec_from_file_location(
        "parallel_raster", ROOT / "__init__.py", submodule_search_locations=[str(ROOT)]
    )
    module = importlib.util.module_from_spec(spec)
    sys.modules["parallel_raster"] = module
    spec.loader.exec_module(module)


class KilledHalfway:
    """Progress that kills its process as soon as half of a run is done."""

    def report(self, done: int, total: int) -> None:
        if 2 * done >= total:
            os.kill(os.getpid(), signal.SIGKILL)

    def is_cancelled(self) -> bool:
        return False


def print_outcome(call: Any) -> None:
    """Call `call()` and print its outcome as JSON: the result, a `ParallelRasterError` or an unexpected exception."""
    from parallel_raster.core import ParallelRasterError

    try:
        result = call()
    except ParallelRasterError as error:
        outcome = {"ok": False, "expected": True, "kind": type(error).__name__, "message": str(error)}
    except BaseException as error:
        outcome = {"ok": False, "expected": False, "kind": type(error).__name__, "message": str(error)}
    else:
        outcome = {"ok": True, "expected": True, "kind": "", "message": "", "value": getattr(result, "output", result)}
    print("OUTCOME " + json.dumps(outcome), flush=True)


def run_index(arguments: dict[str, Any], **watchers: Any) -> Any:
    """Run `normalized_difference` with the keyword arguments that the parent process sent as JSON."""
    from parallel_raster.core import normalized_difference

    return normalized_difference(**arguments, **watchers)


def run_tiles(arguments: dict[str, Any], **watchers: Any) -> Any:
    """Run `tile_raster` with the keyword arguments that the parent process sent as JSON."""
    from parallel_raster.core import tile_raster

    return tile_raster(**arguments, **watchers)


register()
