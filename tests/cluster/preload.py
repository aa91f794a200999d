"""What a worker of these tests does differently, as its environment says; loaded by it at its start."""

from __future__ import annotations

import os
import signal
import time

from parallel_raster.core import cluster_worker, index_chunks

if "SLOW_PIXELS" in os.environ:
    # Dask executes this file more than once.
    real = getattr(index_chunks.normalized_difference_pixels, "real", index_chunks.normalized_difference_pixels)

    def slowly(*arguments):
        time.sleep(float(os.environ["SLOW_PIXELS"]))
        return real(*arguments)

    slowly.real = real
    index_chunks.normalized_difference_pixels = slowly

if "DEADLY" in os.environ:
    real_perform = getattr(cluster_worker.perform, "real", cluster_worker.perform)

    def deadly(folder, item):
        """Kill the worker over the item named, once it knows what to do."""
        if str(item) == os.environ["DEADLY"] and folder in cluster_worker._orders:
            os.kill(os.getpid(), signal.SIGKILL)
        return real_perform(folder, item)

    deadly.real = real_perform
    cluster_worker.perform = deadly

if "OTHER_VERSION" in os.environ:
    cluster_worker.VERSION = os.environ["OTHER_VERSION"]
