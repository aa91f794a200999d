"""Training chips: cuts a raster or scenes into chips with labels, and splits the chips into train, val and test."""

from __future__ import annotations

from typing import Any

from qgis.core import (
    QgsProcessing,
    QgsProcessingContext,
    QgsProcessingOutputFile,
    QgsProcessingOutputNumber,
    QgsProcessingParameterBoolean,
    QgsProcessingParameterFeatureSink,
    QgsProcessingParameterFeatureSource,
    QgsProcessingParameterField,
    QgsProcessingParameterFile,
    QgsProcessingParameterFolderDestination,
    QgsProcessingParameterNumber,
    QgsProcessingParameterString,
)

from ..core.choices import CHIP_FORMATS, CHIP_MODES, CHIP_REMAINDER, NORMALIZE
from .shared.base import ParallelRasterAlgorithm, Parameters
from .shared.parameters import RasterPathParameter
from .trainingchips_help import TRAINING_CHIPS

ENUMS = {"MODE": CHIP_MODES, "REMAINDER": CHIP_REMAINDER, "NORMALIZE": NORMALIZE, "FORMAT": CHIP_FORMATS}
INTEGERS = ("COUNT", "SEED", "SIZE", "STRIDE", "DAYS", "LABEL_BAND", "BACKGROUND", "IGNORE")
NUMBERS = ("MIN_VALID", "MAX_CLOUD", "MIN_LABEL", "SPLIT_BLOCK")
TEXTS = ("START", "END", "MASK_VALUES")
SWITCHES = ("ALL_TOUCHED", "RESUME")
LOWEST = -(2**31)


class TrainingChipsAlgorithm(ParallelRasterAlgorithm):
    """Writes a folder of chips for training a neural network."""

    HELP = TRAINING_CHIPS
    GROUP = "tiles"
    RASTERS = ("INPUT", "LABEL_RASTER")

    def name(self) -> str:
        """Return the algorithm id without the provider prefix."""
        return "trainingchips"

    def displayName(self) -> str:
        """Return the name shown in the toolbox."""
        return self.tr("Training chips")

    def tags(self) -> list[str]:
        """Return search keywords for the toolbox."""
        return self.tr("patches,samples,labels,machine learning,deep learning,segmentation,train,split,numpy").split(
            ","
        )

    def initAlgorithm(self, configuration: dict[str, Any] | None = None) -> None:
        """Add the parameters and outputs."""
        self.addParameter(RasterPathParameter("INPUT", self.tr("Input raster"), optional=True))
        behavior = QgsProcessingParameterFile.Behavior.File
        text = self.tr("List of scenes (scenes.json)")
        self.addParameter(QgsProcessingParameterFile("SCENES", text, behavior, "json", None, True))
        self.add_enum("MODE", self.tr("Positions of the chips"), list(CHIP_MODES.values()), 0)
        centres = [QgsProcessing.SourceType.TypeVectorPoint, QgsProcessing.SourceType.TypeVectorPolygon]
        text = self.tr('Points or polygons (for "Centred on points or polygons")')
        self.addParameter(QgsProcessingParameterFeatureSource("CENTRES", text, centres, optional=True))
        self.addParameter(self.integer("COUNT", self.tr('Number of chips (for "Random")'), 100, 1))
        self.addParameter(self.integer("SIZE", self.tr("Chip size (pixels)"), 256, 1))
        self.addParameter(self.integer("STRIDE", self.tr("Stride (pixels; 0: chip size)"), 0))
        polygons = [QgsProcessing.SourceType.TypeVectorPolygon]
        text = self.tr("Polygons with classes")
        self.addParameter(QgsProcessingParameterFeatureSource("LABELS", text, polygons, optional=True))
        text = self.tr("Field with the class")
        self.addParameter(QgsProcessingParameterField("CLASS_FIELD", text, None, "LABELS", optional=True))
        self.addParameter(RasterPathParameter("LABEL_RASTER", self.tr("Class raster"), optional=True))
        text = self.tr("Percentages of train, val and test")
        self.addParameter(QgsProcessingParameterString("SPLIT", text, "70,15,15"))
        self._add_advanced_parameters()
        self.add_advanced(self.creation_options())
        self.add_worker_parameters()
        self.add_cluster()
        self.addParameter(QgsProcessingParameterFolderDestination("OUTPUT", self.tr("Chips")))
        self.addParameter(
            QgsProcessingParameterFeatureSink(
                "INDEX_LAYER", self.tr("Chip index"), polygons[0], optional=True, createByDefault=False
            )
        )
        self.add_report()
        self.addOutput(QgsProcessingOutputFile("MANIFEST", self.tr("List of the chips")))
        self.addOutput(QgsProcessingOutputNumber("CHIP_COUNT", self.tr("Number of chips")))

    def _add_advanced_parameters(self) -> None:
        remainder = self.tr("Chips that extend beyond the raster")
        self.add_enum("REMAINDER", remainder, list(CHIP_REMAINDER.values()), 1, advanced=True)
        self._add_text("BANDS", self.tr("Bands, as numbers or names (empty: all)"))
        self._add_text("START", self.tr("Earliest acquisition date (for example 2024-03-01)"))
        self._add_text("END", self.tr("Latest acquisition date"))
        self.add_advanced(self.integer("DAYS", self.tr("Length of a period in days (0: one date per scene)"), 0))
        self._add_text("MASK_VALUES", self.tr("Mask values for clouds (empty: automatic)"))
        self._add_text("MASK_BITS", self.tr("Mask bits for clouds (for example 1-4), instead of mask values"))
        self._add_switch("ALL_TOUCHED", self.tr("Label all pixels that a polygon touches"))
        self.add_advanced(self.integer("LABEL_BAND", self.tr("Band of the class raster"), 1, 1))
        self.add_advanced(self.integer("BACKGROUND", self.tr("Label code of pixels outside all polygons"), 0, LOWEST))
        self.add_advanced(self.integer("IGNORE", self.tr("Label code of pixels without data"), 255, LOWEST))
        self._add_percent("MIN_VALID", self.tr("Minimum percentage of valid pixels"), 0)
        self._add_percent("MAX_CLOUD", self.tr("Maximum percentage of clouds"), 100)
        self._add_percent("MIN_LABEL", self.tr("Minimum percentage of labelled pixels"), 0)
        label = self.tr("Edge length of the blocks for train, val and test (map units; 0: four chip widths)")
        self.add_number("SPLIT_BLOCK", label, 0)
        self.add_advanced(self.integer("SEED", self.tr("Seed for the splits and random positions"), 0))
        self.add_enum("NORMALIZE", self.tr("Normalize"), list(NORMALIZE.values()), 0, advanced=True)
        self.add_enum("FORMAT", self.tr("Format"), list(CHIP_FORMATS.values()), 0, advanced=True)
        self.add_number("OUTPUT_NODATA", self.tr("Output nodata (empty: automatic)"), None)
        self._add_switch("RESUME", self.tr("Resume an unfinished run"))

    def _add_text(self, name: str, text: str) -> None:
        self.add_advanced(QgsProcessingParameterString(name, text, None, optional=True))

    def _add_switch(self, name: str, text: str) -> None:
        self.add_advanced(QgsProcessingParameterBoolean(name, text, False))

    def _add_percent(self, name: str, text: str, default: float) -> None:
        kind = QgsProcessingParameterNumber.Type.Double
        self.add_advanced(QgsProcessingParameterNumber(name, text, kind, default, minValue=0, maxValue=100))

    def job_options(self, parameters: Parameters, context: QgsProcessingContext) -> dict[str, Any]:
        """Return the keyword arguments of `core.training_chips`, after reading the features in the main thread."""
        from ..core.jobs.chips.job import chip_raster

        source = self.raster(parameters, "INPUT", context) or None
        scenes = self.parameterAsFile(parameters, "SCENES", context) or None
        self._raster = chip_raster(source, scenes)
        self._check_index(parameters, context)
        bands = self.text(parameters, "BANDS", context)
        enums = {name.lower(): self.option(parameters, name, table, context) for name, table in ENUMS.items()}
        field = self.parameterAsString(parameters, "CLASS_FIELD", context) or None
        labels = self._features(parameters, "LABELS", field, context)
        return {
            "src": source,
            "folder": self.parameterAsString(parameters, "OUTPUT", context),
            "scenes": scenes,
            **enums,
            "centres": self._features(parameters, "CENTRES", None, context) if enums["mode"] == "centred" else None,
            "bands": [part.strip() for part in bands.split(",") if part.strip()] or None,
            **{name.lower(): self.whole(parameters, name, context) for name in INTEGERS},
            **{name.lower(): self.number(parameters, name, context) for name in NUMBERS},
            **{name.lower(): self.text(parameters, name, context) for name in TEXTS},
            **{name.lower(): self.parameterAsBoolean(parameters, name, context) for name in SWITCHES},
            "mask_bits": self.text(parameters, "MASK_BITS", context) or None,
            "labels": labels,
            "class_field": field if labels is not None else None,
            "label_raster": self.raster(parameters, "LABEL_RASTER", context) or None,
            "split": self.text(parameters, "SPLIT", context),
            "output_nodata": self.number(parameters, "OUTPUT_NODATA", context),
            "creation_options": self.parameterAsString(parameters, "CREATION_OPTIONS", context),
            **self.worker_options(parameters, context),
            **self.cluster_option(parameters, context),
            **self.report_option(parameters, context),
        }

    def _features(self, parameters: Parameters, name: str, field: str | None, context: QgsProcessingContext) -> Any:
        """Return the features of a vector parameter as GeoJSON in the CRS of the raster; None if it is not set."""
        from .shared.polygon_features import check_field, layer_features, polygon_features

        layer = self.parameterAsSource(parameters, name, context)
        if layer is None or not self._raster:
            return None  # without a raster, the core raises the error
        check_field(layer, field, "class_field")
        features = layer_features(layer, parameters.get(name))
        return polygon_features(features, layer.sourceCrs(), self._raster, field, context, name.lower())

    def job_destination(self, parameters: Parameters, context: QgsProcessingContext) -> dict[str, Any]:
        """Return the output folder as a keyword argument; for a temporary output, every call returns a new folder."""
        self._parameters = parameters
        return {"folder": self.parameterAsString(parameters, "OUTPUT", context)}

    def check_job(self, options: dict[str, Any]) -> None:
        """Raise ParallelRasterError if an option or the metadata of an input is invalid."""
        from ..core.jobs.chips.job import check_training_chips

        check_training_chips(**options)

    def do_job(self, options: dict[str, Any], **watchers: Any) -> Any:
        """Write the chips and return the result of the job."""
        from ..core.jobs.chips.job import training_chips
        from .shared.gdal_file import GdalFile

        return training_chips(**options, **watchers, create=GdalFile)

    def job_outputs(self, result: Any, context: QgsProcessingContext) -> dict[str, Any]:
        """Write the chip index if requested, and return it with the output paths and the number of chips."""
        from .shared.bridge import raster_crs
        from .shared.chip_features import chip_features, chip_layer
        from .shared.sinks import write_sink

        outputs = {"OUTPUT": result.output, "MANIFEST": result.manifest, "CHIP_COUNT": result.chip_count}
        if self._parameters.get("INDEX_LAYER") not in (None, ""):
            failure = "The chip index could not be written ({}). The chips are complete."
            layer = chip_layer(raster_crs(self._raster))
            outputs["INDEX_LAYER"] = write_sink(
                self, self._parameters, "INDEX_LAYER", context, layer, chip_features(result), failure
            )
        return outputs

    def _check_index(self, parameters: Parameters, context: QgsProcessingContext) -> None:
        """Raise OutputError if the chip index, which is written after the chips, cannot be written."""
        from .shared.bridge import layer_file
        from .shared.sinks import check_sink_after, sink_path

        layers = (self.parameterAsVectorLayer(parameters, name, context) for name in ("LABELS", "CENTRES"))
        inputs = [layer_file(layer) for layer in layers if layer is not None]
        folder = self.parameterAsString(parameters, "OUTPUT", context)
        path = sink_path(self, parameters, "INDEX_LAYER", context)
        check_sink_after(path, "INDEX_LAYER", "chip index", folder, inputs)
