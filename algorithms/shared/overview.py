"""The overview that an algorithm reads: set in the parameter OVERVIEW, or as an open option of the input layer."""

from __future__ import annotations

import re

from qgis.core import QgsProcessingContext

from .base import ParallelRasterAlgorithm, Parameters

OVERVIEW_LEVEL = re.compile(r"OVERVIEW_LEVEL=\d+", re.IGNORECASE)
"""Matches the GDAL open option that selects an overview by its number. Other values, such as NONE, are not used."""


class OverviewAlgorithm(ParallelRasterAlgorithm):
    """Processing algorithm that can read an overview of INPUT, selected by OVERVIEW or the layer's open options."""

    def used_open_options(self, parameters: Parameters, name: str, context: QgsProcessingContext) -> list[str]:
        """Return the OVERVIEW_LEVEL option of the layer in INPUT as a list of one item.

        The list is empty if `name` is not INPUT, if the layer has no such option, or if OVERVIEW is not -1.
        """
        if name != "INPUT" or self.whole(parameters, "OVERVIEW", context) != -1:
            return []
        return self.open_options(parameters, name, context, OVERVIEW_LEVEL)[:1]

    def overview(self, parameters: Parameters, context: QgsProcessingContext) -> int:
        """Return OVERVIEW, or the OVERVIEW_LEVEL of the layer in INPUT if OVERVIEW is -1 and the layer has one."""
        for option in self.used_open_options(parameters, "INPUT", context):
            return int(option.partition("=")[2])
        return self.whole(parameters, "OVERVIEW", context)
