"""Base class of all algorithms of the plugin: icon, toolbox group and help."""

from __future__ import annotations

import os

from qgis.core import QgsProcessingAlgorithm, QgsProcessingParameterDefinition
from qgis.PyQt.QtGui import QIcon

from .help_page import help_address, shown_help
from .help_texts import Help
from .translation import QT_TRANSLATE_NOOP, translate

ICONS = os.path.join(os.path.dirname(os.path.dirname(os.path.dirname(__file__))), "resources", "icons")

GROUPS = {
    "analysis": QT_TRANSLATE_NOOP("ParallelRaster", "Raster analysis"),
    "indexes": QT_TRANSLATE_NOOP("ParallelRaster", "Spectral indexes"),
    "tiles": QT_TRANSLATE_NOOP("ParallelRaster", "Tiles"),
    "tools": QT_TRANSLATE_NOOP("ParallelRaster", "Installation and speed"),
}
"""Toolbox groups: id and label."""


class PluginAlgorithm(QgsProcessingAlgorithm):
    """Base class of the plugin's algorithms. It works even if required packages such as rasterio are missing.

    The icon and the help picture are files named after the algorithm. A subclass sets its help texts as `HELP`.
    """

    GROUP = "tools"
    HELP: Help

    def createInstance(self) -> PluginAlgorithm:
        """Return a new instance of this algorithm."""
        return type(self)()

    def tr(self, text: str) -> str:
        """Return `text` in the user's language."""
        return translate("ParallelRaster", text)

    def icon(self) -> QIcon:
        """Return the algorithm's icon."""
        return QIcon(self.svgIconPath())

    def svgIconPath(self) -> str:
        """Return the path of the SVG icon, which QGIS scales as needed."""
        return os.path.join(ICONS, f"{self.name()}.svg")

    def group(self) -> str:
        """Return the name of the algorithm's group in the toolbox."""
        return self.tr(GROUPS[self.GROUP])

    def groupId(self) -> str:
        """Return the id of the algorithm's group, which is the same in every language."""
        return self.GROUP

    def shortDescription(self) -> str:
        """Return a one-sentence summary of what the algorithm does."""
        return self.tr(self.HELP.summary)

    def shortHelpString(self) -> str:
        """Return the help shown next to the parameters, or in a terminal."""
        from qgis.utils import iface

        return shown_help(self.name(), self.HELP, iface)

    def helpUrl(self) -> str:
        """Return the URL that the dialog's Help button opens."""
        return help_address(self.name())

    def addParameter(self, parameter: QgsProcessingParameterDefinition, *rest: bool) -> bool:
        """Add a parameter and set its help text."""
        text = self.HELP.of_parameter(parameter.name())
        parameter.setHelp(self.tr(text) if text else "")
        return super().addParameter(parameter, *rest)
