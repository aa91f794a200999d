"""Given to QGIS with `--code`: plays the scenes that the job file names once the main window is complete.

QGIS executes this text, it does not import it, so there is no `__file__`; the job comes through the environment.
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
# A moment later, since plugins and panels still settle down when QGIS calls itself complete.
iface.initializationCompleted.connect(lambda: QTimer.singleShot(1000, player.start))
