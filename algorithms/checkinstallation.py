"""Check installation: reports what is missing or broken in the installation and how to fix it."""

from __future__ import annotations

from typing import Any

from qgis.core import (
    QgsProcessingContext,
    QgsProcessingFeedback,
    QgsProcessingOutputBoolean,
    QgsProcessingParameterDefinition,
    QgsProcessingParameterFileDestination,
    QgsProcessingParameterString,
)

from .checkinstallation_help import CHECK_INSTALLATION
from .shared.base import Parameters
from .shared.bridge import processing_errors
from .shared.host import qgis_host
from .shared.plugin_algorithm import PluginAlgorithm


class CheckInstallationAlgorithm(PluginAlgorithm):
    """Checks the installation and reports whether the other algorithms can run."""

    HELP = CHECK_INSTALLATION

    def name(self) -> str:
        """Return the algorithm id without the provider prefix."""
        return "checkinstallation"

    def displayName(self) -> str:
        """Return the name shown in the toolbox."""
        return self.tr("Check installation")

    def tags(self) -> list[str]:
        """Return search keywords for the toolbox."""
        words = self.tr("dependencies,missing package,diagnose,version,help,install").split(",")
        return [*words, "gdal", "rasterio", "dask"]

    def initAlgorithm(self, configuration: dict[str, Any] | None = None) -> None:
        """Add the parameters and the output."""
        self.addParameter(
            QgsProcessingParameterFileDestination(
                "REPORT", self.tr("Report"), self.tr("HTML files (*.html)"), optional=True
            )
        )
        for name, text in (
            ("CLUSTER", self.tr("Cluster to check")),
            ("URL", self.tr("Server to check (URL of a catalogue or file)")),
        ):
            parameter = QgsProcessingParameterString(name, text, optional=True)
            parameter.setFlags(parameter.flags() | QgsProcessingParameterDefinition.Flag.FlagAdvanced)
            self.addParameter(parameter)
        self.addOutput(QgsProcessingOutputBoolean("OK", self.tr("The other algorithms can run")))

    def processAlgorithm(
        self, parameters: Parameters, context: QgsProcessingContext, feedback: QgsProcessingFeedback
    ) -> dict[str, Any]:
        """Check the installation, log the findings and write the report."""
        from ..core.diagnostics.installation import check_installation
        from ..core.diagnostics.page import installation_lines, installation_page
        from ..core.report.html import write_page
        from ..core.writing.checks import check_report
        from .shared.task import run_job

        with processing_errors(self, parameters):
            report = self.parameterAsFileOutput(parameters, "REPORT", context)
            if report:
                check_report(report)
            host = qgis_host(context)
            given = {
                name.lower(): self.parameterAsString(parameters, name, context) or "" for name in ("CLUSTER", "URL")
            }
            installation = run_job(
                self.displayName(),
                lambda progress, _: check_installation(host, **given, progress=progress),
                feedback,
            )
            for level, line in installation_lines(installation):
                {"fine": feedback.pushInfo, "advice": feedback.pushWarning}.get(level, feedback.reportError)(line)
            if report:
                write_page(report, installation_page(installation))
        return {"OK": installation.ok, **({"REPORT": report} if report else {})}
