"""Workers load this module at startup. Environment variables slow a worker down, crash it or change its version."""

from __future__ import annotations

import os
import signal
import time
from dataclasses import replace

from parallel_raster.core.cluster import worker as cluster_worker
from parallel_raster.core.pixels import job as pixel_job

if "SLOW_PIXELS" in os.environ:
    # Dask executes this file more than once; the stored original function prevents wrapping it twice.
    original = getattr(pixel_job.read_stack, "original", pixel_job.read_stack)

    def read_slowly(*arguments):
        if "STARTED" in os.environ:
            with open(os.environ["STARTED"], "a") as started:
                started.write(".")
        time.sleep(float(os.environ["SLOW_PIXELS"]))
        return original(*arguments)

    read_slowly.original = original
    pixel_job.read_stack = read_slowly

if "CRASH_ON" in os.environ:
    original_take = getattr(cluster_worker.take_order, "original", cluster_worker.take_order)

    def take_crashing(order):
        """Take a work order, but let the worker kill itself when it gets the item named in CRASH_ON."""

        def work(item, stop):
            if str(item) == os.environ["CRASH_ON"]:
                os.kill(os.getpid(), signal.SIGKILL)
            return order.work(item, stop)

        return original_take(replace(order, work=work))

    take_crashing.original = original_take
    cluster_worker.take_order = take_crashing

if "OTHER_VERSION" in os.environ:
    cluster_worker.VERSION = os.environ["OTHER_VERSION"]
