"""Script for QGIS's option `--code`: plays the scenes of the job file once the main window is complete.

QGIS executes the text of this file without importing it, so `__file__` does not exist. An environment variable
contains the path of the job file.
"""

import json
import os
import sys

from qgis.PyQt.QtCore import QTimer
from qgis.utils import iface

with open(os.environ["PARALLEL_RASTER_GUI_JOB"], encoding="utf-8") as file:
    job = json.load(file)
sys.path.insert(0, os.path.dirname(job["tests"]))
sys.path.insert(0, job["tests"])

from inside_qgis.player import Player

player = Player(job)
# The delay lets plugins and panels finish loading, which continues after this signal.
iface.initializationCompleted.connect(lambda: QTimer.singleShot(1000, player.start))
