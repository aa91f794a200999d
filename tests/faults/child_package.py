"""Imports the checkout under its package name; the first line of every child process that these tests start."""

from __future__ import annotations

import importlib.util
import json
import sys
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]


def register() -> None:
    """Make `import parallel_raster` mean this checkout, whatever its folder is called."""
    if "parallel_raster" in sys.modules:
        return
    spec = importlib.util.spec_from_file_location(
        "parallel_raster", ROOT / "__init__.py", submodule_search_locations=[str(ROOT)]
    )
    module = importlib.util.module_from_spec(spec)
    sys.modules["parallel_raster"] = module
    spec.loader.exec_module(module)


def tell(call: Any) -> None:
    """Print as JSON how `call()` ended: well, with an error meant for people, or with one that escaped."""
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
    """Run the normalized difference with the keywords that the parent sent as JSON."""
    from parallel_raster.core import normalized_difference

    return normalized_difference(**arguments, **watchers)


def run_tiles(arguments: dict[str, Any], **watchers: Any) -> Any:
    """Run Tile raster with the keywords that the parent sent as JSON."""
    from parallel_raster.core import tile_raster

    return tile_raster(**arguments, **watchers)


register()
