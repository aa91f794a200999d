"""What a worker of these tests does differently, as its environment says; loaded by it at its start."""

from __future__ import annotations

import os
import signal
import time
from dataclasses import replace

from parallel_raster.core.cluster import worker as cluster_worker
from parallel_raster.core.pixels import job as pixel_job

if "SLOW_PIXELS" in os.environ:
    # Dask executes this file more than once.
    real = getattr(pixel_job.read_stack, "real", pixel_job.read_stack)

    def slowly(*arguments):
        if "BEGUN" in os.environ:
            with open(os.environ["BEGUN"], "a") as begun:
                begun.write(".")
        time.sleep(float(os.environ["SLOW_PIXELS"]))
        return real(*arguments)

    slowly.real = real
    pixel_job.read_stack = slowly

if "DEADLY" in os.environ:
    real_take = getattr(cluster_worker.take_order, "real", cluster_worker.take_order)

    def take_deadly(order):
        """Take an order whose work kills the worker over the item named."""

        def work(item, stop):
            if str(item) == os.environ["DEADLY"]:
                os.kill(os.getpid(), signal.SIGKILL)
            return order.work(item, stop)

        return real_take(replace(order, work=work))

    take_deadly.real = real_take
    cluster_worker.take_order = take_deadly

if "OTHER_VERSION" in os.environ:
    cluster_worker.VERSION = os.environ["OTHER_VERSION"]
