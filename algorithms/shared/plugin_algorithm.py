"""What every algorithm of the plugin is to people: its icon, its group, its help."""

from __future__ import annotations

import os

from qgis.core import QgsProcessingAlgorithm, QgsProcessingParameterDefinition
from qgis.PyQt.QtGui import QIcon

from .help_page import help_address, shown_help
from .help_texts import Help
from .translation import QT_TRANSLATE_NOOP, translate

ICONS = os.path.join(os.path.dirname(os.path.dirname(os.path.dirname(__file__))), "resources", "icons")

GROUPS = {
    "indexes": QT_TRANSLATE_NOOP("ParallelRaster", "Spectral indexes"),
    "tiles": QT_TRANSLATE_NOOP("ParallelRaster", "Tiles"),
    "tools": QT_TRANSLATE_NOOP("ParallelRaster", "Installation and speed"),
}
"""The groups of the toolbox."""


class PluginAlgorithm(QgsProcessingAlgorithm):
    """An algorithm of this plugin; of itself it needs none of the packages that the jobs of the core need.

    Icon and picture are found by the algorithm's name; a subclass names its texts in `HELP`.
    """

    GROUP = "tools"
    HELP: Help

    def createInstance(self) -> PluginAlgorithm:
        """Return a new algorithm of this kind."""
        return type(self)()

    def tr(self, text: str) -> str:
        """Return `text` in the user's language."""
        return translate("ParallelRaster", text)

    def icon(self) -> QIcon:
        """Return the algorithm's icon."""
        return QIcon(self.svgIconPath())

    def svgIconPath(self) -> str:
        """Return the file of the icon, which QGIS draws in the size that it needs."""
        return os.path.join(ICONS, f"{self.name()}.svg")

    def group(self) -> str:
        """Return the name of the algorithm's group in the toolbox."""
        return self.tr(GROUPS[self.GROUP])

    def groupId(self) -> str:
        """Return the id of that group, the same in every language."""
        return self.GROUP

    def shortDescription(self) -> str:
        """Return what the algorithm does, in one sentence."""
        return self.tr(self.HELP.summary)

    def shortHelpString(self) -> str:
        """Return the help shown beside the parameters, or in a terminal."""
        from qgis.utils import iface

        return shown_help(self.name(), self.HELP, iface)

    def helpUrl(self) -> str:
        """Return the address that the dialog's Help button opens."""
        return help_address(self.name())

    def addParameter(self, parameter: QgsProcessingParameterDefinition, *rest: bool) -> bool:
        """Add a parameter, with its help."""
        text = self.HELP.of_parameter(parameter.name())
        parameter.setHelp(self.tr(text) if text else "")
        return super().addParameter(parameter, *rest)
