"""The tools that the benchmarks compare, with their usual command line for each job."""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

HERE = Path(__file__).resolve().parent
OPTIONS = {
    "TILED": "YES", "BLOCKXSIZE": "512", "BLOCKYSIZE": "512", "COMPRESS": "DEFLATE", "BIGTIFF": "IF_SAFER",
}  # fmt: skip
ALL_CPUS = {"NUM_THREADS": "ALL_CPUS"}
NDVI = "(A.astype(float)-B)/(A.astype(float)+B)"


class Contender(NamedTuple):
    """A tool and its command for a job; if the tool is not available, `absent` gives the reason.

    `ours` marks runs of this package. `limit` marks reference runs: not tools, but commands that do only one step of
    the job, such as copying the files. `remark` states how the result of a tool differs from this package's.
    """

    name: str
    command: Sequence[str] = ()
    absent: str = ""
    ours: bool = False
    limit: bool = False
    remark: str = ""


class Paths(NamedTuple):
    """Paths used in one comparison. Reference runs read the job's result from `pixels` or `blocks` and encode it."""

    sources: Sequence[str]
    folder: Path
    pixels: str
    blocks: str

    def out(self, name: str) -> str:
        """Return the path of the output `name`."""
        return str(self.folder / "out" / name)


def co(options: Mapping[str, str], flag: str = "-co") -> list[str]:
    """Return creation options as arguments of GDAL's tools."""
    return [part for key, value in options.items() for part in (flag, f"{key}={value}")]


def piped(options: Mapping[str, str]) -> str:
    """Return creation options in the format of the parameter CREATION_OPTIONS."""
    return "|".join(f"{key}={value}" for key, value in options.items())


def usable_cpus() -> int:
    """Return the number of CPUs that this process may use."""
    return len(os.sched_getaffinity(0))


def tool(name: str, program: str, arguments: Sequence[str]) -> Contender:
    """Return the contender for an external program. If the program is not installed, the contender has no command."""
    found = shutil.which(program)
    if not found:
        return Contender(name, absent=f"the command `{program}` is not installed")
    return Contender(name, [found, *arguments])


def core(name: str, function: str, source: str, destination: str, *keywords: str) -> Contender:
    """Return the contender for a function of the core."""
    script = [sys.executable, str(HERE / "run_core.py"), function, source, destination, *keywords]
    return Contender(name, script, ours=True)


def difference(paths: Paths, qgis: list[str]) -> list[Contender]:
    """Return the contenders for the normalized difference of bands 4 and 3 of a raster."""
    (source,) = paths.sources
    options = {**OPTIONS, "PREDICTOR": "3"}
    quick = {**options, **ALL_CPUS}
    calc = ["--quiet", "--overwrite", "-A", source, "--A_band=4", "-B", source, "--B_band=3", f"--calc={NDVI}",
            "--type=Float32", "--NoDataValue=-9999"]  # fmt: skip
    given = f"creation_options={piped(quick)!r}"
    tutorial = [str(HERE / "tutorial.py"), "difference"]
    return [
        core("Parallel Raster, core", "normalized_difference", source, paths.out("core.tif"), given),
        core("Parallel Raster, core, not verified", "normalized_difference", source, paths.out("fast.tif"), given,
             "verify=False"),
        Contender("Parallel Raster, qgis_process", [
            *qgis, "run", "parallelraster:normalizeddifference", f"--INPUT={source}",
            f"--CREATION_OPTIONS={piped(quick)}", f"--OUTPUT={paths.out('qgis.tif')}"], ours=True),
        tool("gdal_calc.py", "gdal_calc.py", [*calc, f"--outfile={paths.out('calc.tif')}", *co(options, "--co")]),
        tool("gdal_calc.py, NUM_THREADS", "gdal_calc.py",
             [*calc, f"--outfile={paths.out('calc2.tif')}", *co(quick, "--co")]),
        tool("gdal raster calc", "gdal", [
            "raster", "calc", "-q", "--overwrite", "-i", f"A={source}", "--calc=(A[4]-A[3])/(A[4]+A[3])",
            "--ot=Float32", *co(quick, "--co"), "-o", paths.out("gdal.tif")]),
        Contender("QGIS raster calculator", [
            *qgis, "run", "qgis:rastercalculator", f"--LAYERS={source}", f"--EXTENT={source}",
            f'--EXPRESSION=("{Path(source).stem}@4"-"{Path(source).stem}@3")'
            f'/("{Path(source).stem}@4"+"{Path(source).stem}@3")', f"--OUTPUT={paths.out('qgiscalc.tif')}"]),
        tool("Orfeo ToolBox BandMath", "otbcli_BandMath", [
            "-il", source, "-exp", "(im1b4-im1b3)/(im1b4+im1b3)", "-out",
            f"{paths.out('otb.tif')}?&{'&'.join(f'gdal:co:{key}={value}' for key, value in quick.items())}", "float"]),
        Contender("tutorial, serial", [sys.executable, *tutorial, "serial", source, paths.out("serial.tif")]),
        Contender("tutorial, processes", [sys.executable, *tutorial, "processes", source, paths.out("mp.tif")]),
        Contender("tutorial, Dask", [sys.executable, *tutorial, "dask", source, paths.out("dask.tif")]),
        _geowombat(source, paths),
        *_limits([source], paths),
    ]  # fmt: skip


EVI = "2.5*({4}-{3})/({4}+6*{3}-7.5*{1}+10000)"
FIVE_BANDS = "2.5*({1}+{2}+{3}-{4})/({5}+1)"
"""Formulas. A number in braces stands for the band with this number: {4} is band 4."""


def expression(formula: str) -> str:
    """Return a formula in the notation of Parallel Raster, for the bands of one raster."""
    return formula.format("", *(f"A@{band}" for band in range(1, 6)))


def keywords(values: Mapping[str, object]) -> list[str]:
    """Return keyword arguments as command-line arguments of run_core.py."""
    return [f"{name}={value!r}" for name, value in values.items()]


def evi(paths: Paths, qgis: list[str]) -> list[Contender]:
    """Return the contenders for the EVI, from three bands of one raster."""
    return _calculators(EVI, paths, qgis)


def evi_by_name(paths: Paths, qgis: list[str]) -> list[Contender]:
    """Return the contenders for the EVI by catalogue name and by formula; both should take the same time."""
    (source,) = paths.sources
    formula = expression(EVI)
    options = piped({**OPTIONS, "PREDICTOR": "3", **ALL_CPUS})
    given = f"creation_options={options!r}"
    named = {"INDEX": "EVI", "BANDS": "N=4,R=3,B=1", "CONSTANTS": "L=10000"}

    def in_qgis(name: str, algorithm: str, out: str, arguments: Mapping[str, str]) -> Contender:
        values = {"INPUTS": source, **arguments, "CREATION_OPTIONS": options, "OUTPUT": paths.out(out)}
        listed = [f"--{key}={value}" for key, value in values.items()]
        return Contender(name, [*qgis, "run", f"parallelraster:{algorithm}", *listed], ours=True)

    return [
        core("Parallel Raster, core, by formula", "raster_calculator", source, paths.out("formula.tif"),
             f"expression={formula!r}", given),
        core("Parallel Raster, core, by name", "spectral_index", source, paths.out("name.tif"),
             *(f"{key.lower()}={value!r}" for key, value in named.items()), given),
        in_qgis("Parallel Raster, qgis_process, by formula", "rastercalculator", "q1.tif", {"EXPRESSION": formula}),
        in_qgis("Parallel Raster, qgis_process, by name", "spectralindex", "q2.tif", named),
    ]  # fmt: skip


def five_bands(paths: Paths, qgis: list[str]) -> list[Contender]:
    """Return the contenders for a five-band formula."""
    return _calculators(FIVE_BANDS, paths, qgis)


def _calculators(formula: str, paths: Paths, qgis: list[str]) -> list[Contender]:
    """Return the contenders for a formula: every raster calculator, with the formula in its notation."""
    (source,) = paths.sources
    used = [band for band in range(1, 6) if f"{{{band}}}" in formula]
    options = {**OPTIONS, "PREDICTOR": "3"}
    quick = {**options, **ALL_CPUS}

    def written(notation: str) -> str:
        return formula.format("", *(notation.format(band, letter) for band, letter in zip(range(1, 6), "ABCDE")))

    bands = [part for band in used for part in (f"-{'ABCDE'[band - 1]}", source, f"--{'ABCDE'[band - 1]}_band={band}")]
    calc = ["--quiet", "--overwrite", *bands, f"--calc={written('{1}.astype(float)')}", "--type=Float32",
            "--NoDataValue=-9999"]  # fmt: skip
    given = f"creation_options={piped(quick)!r}"
    index = ("normalized_difference", source, paths.out("nd.tif"), given)
    return [
        core("Parallel Raster, core", "raster_calculator", source, paths.out("core.tif"),
             f"expression={written('A@{0}')!r}", given),
        Contender("Parallel Raster, qgis_process", [
            *qgis, "run", "parallelraster:rastercalculator", f"--INPUTS={source}",
            f"--EXPRESSION={written('A@{0}')}", f"--CREATION_OPTIONS={piped(quick)}",
            f"--OUTPUT={paths.out('qgis.tif')}"], ours=True),
        core("Parallel Raster, core, normalized difference (for comparison)", *index),
        tool("gdal_calc.py", "gdal_calc.py", [*calc, f"--outfile={paths.out('calc.tif')}", *co(options, "--co")]),
        tool("gdal_calc.py, NUM_THREADS", "gdal_calc.py",
             [*calc, f"--outfile={paths.out('calc2.tif')}", *co(quick, "--co")]),
        tool("gdal raster calc", "gdal", [
            "raster", "calc", "-q", "--overwrite", "-i", f"A={source}", f"--calc={written('A[{0}]')}",
            "--ot=Float32", *co(quick, "--co"), "-o", paths.out("gdal.tif")]),
        Contender("QGIS raster calculator", [
            *qgis, "run", "qgis:rastercalculator", f"--LAYERS={source}", f"--EXTENT={source}",
            "--EXPRESSION=" + written('"' + Path(source).stem + '@{0}"'), f"--OUTPUT={paths.out('qgiscalc.tif')}"]),
        tool("Orfeo ToolBox BandMath", "otbcli_BandMath", [
            "-il", source, "-exp", written("im1b{0}"), "-out",
            f"{paths.out('otb.tif')}?&{'&'.join(f'gdal:co:{key}={value}' for key, value in quick.items())}", "float"]),
        _grass("GRASS r.mapcalc", source, used, f"r.mapcalc --quiet 'result = float({written('b.{0}')})'", "Float32",
               paths),
        _limit("libdeflate and ISA-L on all CPUs (reference)", "streams", paths.blocks, source),
    ]  # fmt: skip


def _grass(name: str, source: str, used: Sequence[int], command: str, kind: str, paths: Paths) -> Contender:
    """Return the GRASS contender: import bands into a temporary project, run a command and export the map `result`.

    The bands are imported as b.1, b.2 and so on, or as b if only one is used.
    """
    program = shutil.which("grass")
    if program is None:
        return Contender(name, absent="grass is not installed")
    bands = ",".join(map(str, used))
    script = (
        f"r.in.gdal -o --quiet input={source} output=b band={bands} && "
        f"g.region raster={'b' if len(used) == 1 else f'b.{used[0]}'} && {command} && "
        f"r.out.gdal --quiet -cf input=result type={kind} "
        f"createopt={','.join(f'{key}={value}' for key, value in OPTIONS.items())},{'NUM_THREADS=ALL_CPUS'} "
        f"output={paths.out('grass.tif')}"
    )
    return Contender(name, [program, "--tmp-location", "EPSG:32633", "--exec", "sh", "-c", script])


class Filter(NamedTuple):
    """A filter applied to band 1: its name in `filters.py`, and its parameters for the core, QGIS, OTB and GRASS.

    `wrong` maps tools to a description of the errors in their results.
    """

    method: str
    keywords: Mapping[str, object]
    number: int
    otb: Sequence[str]
    grass: str
    wrong: Mapping[str, str]


AS_VALUES = "treats nodata pixels as valid"
IN_FLOAT32 = f"rounds to float32 between the passes along columns and rows, and {AS_VALUES}"
FILTERS = {
    "gaussian": Filter(
        "gaussian", {"method": "gaussian", "sigma": 2}, 1, ["-type", "gaussian", "-type.gaussian.stdev", "2"],
        "method=average size=17 weighting_function=gaussian weighting_factor=2", {
            "scipy": IN_FLOAT32, "dask-image": IN_FLOAT32,
            "xarray-spatial": f"does not compute the outer 8 rows and columns, and {AS_VALUES}",
            "otb": f"uses a narrower window than the other tools, and {AS_VALUES}",
        },
    ),
    "mean": Filter(
        "mean", {"method": "mean", "radius": 2}, 0, ["-type", "mean", "-type.mean.radius", "2"],
        "method=average size=5", {
            "scipy": IN_FLOAT32, "dask-image": IN_FLOAT32,
            "xarray-spatial": f"does not compute the outer 2 rows and columns, and {AS_VALUES}", "otb": AS_VALUES,
        },
    ),
    "median": Filter(
        "median", {"method": "median"}, 2, (), "method=median size=3",
        {"scipy": AS_VALUES, "dask-image": AS_VALUES},
    ),
}  # fmt: skip
"""The filters to compare: a Gaussian filter with sigma 2, a 5 x 5 mean and a 3 x 3 median."""


def gaussian(paths: Paths, qgis: list[str]) -> list[Contender]:
    """Return the contenders for a Gaussian filter of one band."""
    return _filters(FILTERS["gaussian"], paths, qgis)


def mean(paths: Paths, qgis: list[str]) -> list[Contender]:
    """Return the contenders for a 5 x 5 mean filter of one band."""
    return _filters(FILTERS["mean"], paths, qgis)


def median(paths: Paths, qgis: list[str]) -> list[Contender]:
    """Return the contenders for a 3 x 3 median filter of one band."""
    return _filters(FILTERS["median"], paths, qgis)


def _filters(chosen: Filter, paths: Paths, qgis: list[str]) -> list[Contender]:
    """Return the contenders for a filter: every tool that offers it."""
    (source,) = paths.sources
    quick = {**OPTIONS, **ALL_CPUS, "PREDICTOR": "2" if chosen.method == "median" else "3"}
    given = {"bands": [1], "edge": "reflect", **chosen.keywords, "creation_options": piped(quick)}
    parameters = {name.upper(): value for name, value in chosen.keywords.items() if name != "method"}
    in_qgis = {"INPUT": source, "BANDS": 1, "METHOD": chosen.number, "EDGE": 1, **parameters,
               "CREATION_OPTIONS": piped(quick), "OUTPUT": paths.out("qgis.tif")}  # fmt: skip
    script, python = str(HERE / "filters.py"), paths.folder / "filters" / "bin" / "python"
    packages = [name for name in ("dask-image", "xarray-spatial") if name in chosen.wrong]
    found = [
        core("Parallel Raster, core", "focal_filter", source, paths.out("core.tif"),
             *keywords(given)),
        Contender("Parallel Raster, qgis_process", [
            *qgis, "run", "parallelraster:focalfilter", *(f"--{name}={value}" for name, value in in_qgis.items())],
            ours=True),
        Contender("scipy (whole array)", [
            sys.executable, script, "scipy", chosen.method, source, paths.out("scipy.tif")],
            remark=chosen.wrong["scipy"]),
    ]  # fmt: skip
    for name in packages:
        command = [str(python), script, name, chosen.method, source, paths.out(f"{name}.tif")]
        missing = "" if python.exists() else f"{name} is not installed"
        found.append(Contender(name, () if missing else command, missing, remark=chosen.wrong[name]))
    if chosen.otb:
        options = "&".join(f"gdal:co:{key}={value}" for key, value in quick.items())
        otb = tool(
            "Orfeo ToolBox Smoothing",
            "otbcli_Smoothing",
            ["-in", f"{source}?&bands=1", "-out", f"{paths.out('otb.tif')}?&{options}", "float", *chosen.otb],
        )
        found.append(otb._replace(remark=chosen.wrong["otb"]))
    kind = "UInt16" if chosen.method == "median" else "Float32"
    command = f"r.neighbors --quiet input=b output=result nprocs={usable_cpus()} {chosen.grass}"
    return [*found, _grass("GRASS r.neighbors", source, [1], command, kind, paths)]


LABEL_THRESHOLD = 3500
"""Threshold in the middle of band 4's value range, which gives large objects and many small ones along their edges."""


def labels(paths: Paths, qgis: list[str]) -> list[Contender]:
    """Return the contenders for labelling the objects of band 4 above a threshold."""
    (source,) = paths.sources
    given = f"creation_options={piped({**OPTIONS, **ALL_CPUS, 'PREDICTOR': '2'})!r}"
    formula, script = f"A@4 > {LABEL_THRESHOLD}", [str(HERE / "labels.py")]
    python = paths.folder / "filters" / "bin" / "python"
    missing = "" if python.exists() else "dask-image is not installed"
    in_dask = [str(python), *script, "dask-image", str(LABEL_THRESHOLD), source, paths.out("dask.tif")]
    clump = (
        f"r.mapcalc --quiet 'above = if(b > {LABEL_THRESHOLD}, 1, null())' && "
        "r.clump --quiet input=above output=result"
    )  # fmt: skip
    return [
        core("Parallel Raster, core", "label_objects", source, paths.out("core.tif"), f"expression={formula!r}", given),
        core("Parallel Raster, core, with table", "label_objects", source, paths.out("table.tif"),
             f"expression={formula!r}", "table=True", given),
        Contender("Parallel Raster, qgis_process", [
            *qgis, "run", "parallelraster:labelobjects", f"--INPUTS={source}", f"--EXPRESSION={formula}",
            f"--OUTPUT={paths.out('qgis.tif')}"], ours=True),
        Contender("scipy (whole array)", [
            sys.executable, *script, "scipy", str(LABEL_THRESHOLD), source, paths.out("scipy.tif")]),
        Contender("dask-image", () if missing else in_dask, missing, remark="the object ids depend on the chunk size"),
        _grass("GRASS r.clump", source, [4], clump, "UInt32", paths)._replace(
            remark="the objects are numbered in a different order"),
    ]  # fmt: skip


def mask(paths: Paths, qgis: list[str]) -> list[Contender]:
    """Return the contenders for setting the pixels under clouds to the nodata value of the raster."""
    source, clouds = paths.sources
    quick = {**OPTIONS, **ALL_CPUS}
    calc = ["--quiet", "--overwrite", "-A", source, "--allBands=A", "-B", clouds, "--calc=where(B==9,0,A)",
            "--type=UInt16", "--NoDataValue=0"]  # fmt: skip
    return [
        core("Parallel Raster, core", "mask_raster", source, paths.out("core.tif"), f"mask={clouds!r}",
             "mask_values='9'"),
        Contender("Parallel Raster, qgis_process", [
            *qgis, "run", "parallelraster:maskraster", f"--INPUT={source}", f"--MASK={clouds}", "--MASK_VALUES=9",
            f"--OUTPUT={paths.out('qgis.tif')}"], ours=True),
        tool("gdal_calc.py", "gdal_calc.py", [*calc, f"--outfile={paths.out('calc.tif')}", *co(OPTIONS, "--co")]),
        tool("gdal_calc.py, NUM_THREADS", "gdal_calc.py",
             [*calc, f"--outfile={paths.out('calc2.tif')}", *co(quick, "--co")]),
        Contender("tutorial, rioxarray",
                  [sys.executable, str(HERE / "tutorial.py"), "mask", source, clouds, paths.out("tutorial.tif")]),
    ]  # fmt: skip


def mask_inside(paths: Paths, qgis: list[str]) -> list[Contender]:
    """Return the contenders for masking clouds with an internal mask, without changing pixel values."""
    source, clouds = paths.sources
    return [
        core("Parallel Raster, core", "mask_raster", source, paths.out("core.tif"), f"mask={clouds!r}",
             "mask_values='9'"),
        core("Parallel Raster, core, not verified", "mask_raster", source, paths.out("fast.tif"), f"mask={clouds!r}",
             "mask_values='9'", "verify=False"),
        Contender("Parallel Raster, qgis_process", [
            *qgis, "run", "parallelraster:maskraster", f"--INPUT={source}", f"--MASK={clouds}", "--MASK_VALUES=9",
            f"--OUTPUT={paths.out('qgis.tif')}"], ours=True),
        Contender("cp (reference)", ["cp", source, paths.out("copy.tif")], limit=True),
        _limit("copy and sync with one thread (reference)", "copy", paths.out("copy.bin"), source),
    ]  # fmt: skip


def zones(paths: Paths, qgis: list[str]) -> list[Contender]:
    """Return the contenders for statistics of band 1 in 10,000 polygons."""
    source, polygons = paths.sources
    script, python = str(HERE / "zones.py"), paths.folder / "zones" / "bin" / "python"
    found = [
        Contender("Parallel Raster, core", [sys.executable, script, "core", source, polygons, paths.out("core.csv")],
                  ours=True),
        Contender("Parallel Raster, qgis_process", [
            *qgis, "run", "parallelraster:zonalstatistics", f"--INPUT={source}", "--BANDS=1", "--ZONES=1",
            f"--POLYGONS={polygons}", "--STATISTICS=0,2,3,4,6",
            f"--TABLE={paths.out('ours.gpkg')}"], ours=True),
        Contender("QGIS Zonal statistics", [
            *qgis, "run", "native:zonalstatisticsfb", f"--INPUT={polygons}", f"--INPUT_RASTER={source}",
            "--RASTER_BAND=1", "--STATISTICS=0,2,4,5,6",
            f"--OUTPUT={paths.out('qgis.gpkg')}"]),
    ]  # fmt: skip
    by_area = "weights each pixel by the share of its area inside the polygon"
    for name, remark in (("rasterstats", ""), ("exactextract", by_area)):
        command = [str(python), script, name, source, polygons, paths.out(f"{name}.csv")]
        missing = "" if python.exists() else f"{name} is not installed"
        found.append(Contender(name, () if missing else command, missing, remark=remark))
    return [*found, _limit("GDAL's decoder on all CPUs (reference)", "decode", "1", source)]


def tile(paths: Paths, qgis: list[str]) -> list[Contender]:
    """Return the contenders for splitting a raster into tiles of 2,048 x 2,048 pixels."""
    (source,) = paths.sources
    quick = {**OPTIONS, **ALL_CPUS}
    retile = ["-q", "-ps", "2048", "2048"]
    return [
        core("Parallel Raster, core", "tile_raster", source, paths.out("core_tiles")),
        core("Parallel Raster, core, valid pixels counted", "tile_raster", source, paths.out("counted"),
             "count_valid=True"),
        core("Parallel Raster, core, blocks re-encoded", "tile_raster", source, paths.out("encoded"),
             "creation_options='COMPRESS=DEFLATE|PREDICTOR=2'"),
        Contender("Parallel Raster, qgis_process", [
            *qgis, "run", "parallelraster:tileraster", f"--INPUT={source}", f"--OUTPUT={paths.out('qgis_tiles')}"],
            ours=True),
        tool("gdal_retile.py", "gdal_retile.py",
             [*retile, *co(OPTIONS), "-targetDir", paths.out("retile"), source]),
        tool("gdal_retile.py, NUM_THREADS", "gdal_retile.py",
             [*retile, *co(quick), "-targetDir", paths.out("retile2"), source]),
        tool("gdal raster tile", "gdal", [
            "raster", "tile", "-q", "--tiling-scheme=raster", "--tile-size=2048", "-f", "GTiff", "--webviewer=none",
            "--no-alpha", *co(OPTIONS, "--co"), source, paths.out("gdal")]),
        *_limits([source], paths),
    ]  # fmt: skip


def merge(paths: Paths, qgis: list[str]) -> list[Contender]:
    """Return the contenders for merging adjacent tiles of 2,048 x 2,048 pixels."""
    tiles = list(paths.sources)
    quick = {**OPTIONS, **ALL_CPUS}
    vrt = paths.out("tiles.vrt")
    build = f"gdalbuildvrt -q {vrt} {' '.join(tiles)} && gdal_translate -q"
    return [
        core("Parallel Raster, core", "merge_tiles", str(Path(tiles[0]).parent), paths.out("core.tif")),
        Contender("Parallel Raster, qgis_process", [
            *qgis, "run", "parallelraster:mergetiles", f"--INPUT_FOLDER={Path(tiles[0]).parent}",
            f"--OUTPUT={paths.out('qgis.tif')}"], ours=True),
        core("Parallel Raster, core, mean (blocks re-encoded)", "merge_tiles", str(Path(tiles[0]).parent),
             paths.out("mean.tif"), "method='mean'", "data_type='uint16'"),
        tool("gdal_merge.py", "gdal_merge.py", ["-q", "-o", paths.out("merge.tif"), *co(OPTIONS), *tiles]),
        tool("gdal_merge.py, NUM_THREADS", "gdal_merge.py",
             ["-q", "-o", paths.out("merge2.tif"), *co(quick), *tiles]),
        tool("gdalwarp", "gdalwarp", ["-q", "-overwrite", *co(OPTIONS), *tiles, paths.out("warp.tif")]),
        tool("gdalwarp, NUM_THREADS", "gdalwarp", [
            "-q", "-overwrite", "-multi", "-wo", "NUM_THREADS=ALL_CPUS", *co(quick), *tiles, paths.out("warp2.tif")]),
        Contender("gdalbuildvrt + gdal_translate",
                  ["sh", "-c", f"{build} {' '.join(co(OPTIONS))} {vrt} {paths.out('vrt.tif')}"]),
        Contender("gdalbuildvrt + gdal_translate, NUM_THREADS",
                  ["sh", "-c", f"{build} {' '.join(co(quick))} {vrt} {paths.out('vrt2.tif')}"]),
        tool("rio merge", "rasterio", [
            "merge", "--overwrite", *co({key.lower(): value.lower() for key, value in OPTIONS.items()}, "--co"),
            *tiles, paths.out("rio.tif")]),
        tool("rio merge, NUM_THREADS", "rasterio", [
            "merge", "--overwrite", *co({key.lower(): value.lower() for key, value in quick.items()}, "--co"),
            *tiles, paths.out("rio2.tif")]),
        tool("gdal raster mosaic", "gdal", [
            "raster", "mosaic", "-q", "--overwrite", *co(quick, "--co"), *tiles, paths.out("gdal.tif")]),
        tool("Orfeo ToolBox Mosaic", "otbcli_Mosaic", [
            "-il", *tiles, "-out",
            f"{paths.out('otb.tif')}?&{'&'.join(f'gdal:co:{key}={value}' for key, value in quick.items())}", "uint16"]),
        Contender("tutorial, rasterio.merge",
                  [sys.executable, str(HERE / "tutorial.py"), "merge", "serial", paths.out("tutorial.tif"), *tiles]),
        *_limits(tiles, paths),
    ]  # fmt: skip


def composite(paths: Paths, qgis: list[str]) -> list[Contender]:
    """Return the contenders for the median of several scenes, in which nodata marks clouds."""
    scenes = list(paths.sources)
    folder = str(Path(scenes[0]).parent)
    quick = {**OPTIONS, "PREDICTOR": "3", **ALL_CPUS}
    keywords = ("period='all'", f"creation_options={piped(quick)!r}")
    letters = [f"X{number}" for number in range(len(scenes))]
    inputs = [part for letter, scene in zip(letters, scenes) for part in ("-i", f"{letter}={scene}")]
    return [
        core("Parallel Raster, core", "temporal_composite", folder, paths.out("core"), *keywords),
        core("Parallel Raster, core, without counts", "temporal_composite", folder, paths.out("plain"), *keywords,
             "counts=False"),
        core("Parallel Raster, core, not verified", "temporal_composite", folder, paths.out("fast"), *keywords,
             "verify=False"),
        Contender("Parallel Raster, qgis_process", [
            *qgis, "run", "parallelraster:temporalcomposite", f"--INPUT_FOLDER={folder}", "--PERIOD=0",
            f"--CREATION_OPTIONS={piped(quick)}", f"--OUTPUT={paths.out('qgis')}"], ours=True),
        tool("gdal raster calc", "gdal", [
            "raster", "calc", "-q", "--overwrite", "--dialect=builtin", *inputs, "--calc=median",
            "--nodata=-9999", "--ot=Float32", *co(quick, "--co"), "-o", paths.out("gdal.tif")]),
        Contender(
            "xarray with Dask", [sys.executable, str(HERE / "series.py"), "dask", paths.out("dask.tif"), *scenes]
        ),
        *_packages_of_series(scenes, paths),
        _stack_composed(folder, paths),
        _grass_series(scenes, paths),
        _limit("copy and sync with one thread (reference)", "copy", paths.out("copy.bin"), *scenes),
        _limit("GDAL's codec on all CPUs (reference)", "codec", paths.out("codec.tif"), paths.pixels, *scenes),
    ]  # fmt: skip


def _packages_of_series(scenes: Sequence[str], paths: Paths) -> list[Contender]:
    """Return the contenders in the virtual environment `series`: xarray with bottleneck, odc-stac and stackstac."""
    python = paths.folder / "series" / "bin" / "python"
    found = []
    ways = {
        "xarray with Dask, 512-pixel chunks, bottleneck": "tuned", "odc-stac": "odc-stac",
        "odc-stac, single time chunk, bottleneck": "odc-stac-tuned", "stackstac": "stackstac",
    }  # fmt: skip
    for name, way in ways.items():
        command = [str(python), str(HERE / "series.py"), way, paths.out(f"{way}.tif"), *scenes]
        absent = "" if python.exists() else f"{way} is not installed"
        found.append(Contender(name, () if absent else command, absent))
    return found


def _stack_composed(folder: str, paths: Paths) -> Contender:
    python = paths.folder / "stackcomposed" / "bin" / "python"
    if not python.exists():
        return Contender("StackComposed", absent="StackComposed is not installed")
    module = ["-m", "stack_composed.stack_composed_main", "-stat", "median", "-bands", "1,2,3,4", "-nodata", "0"]
    threads = ["-p", str(usable_cpus()), "-ot", "float32", "-o", str(paths.folder / "out")]
    return Contender("StackComposed", [str(python), *module, *threads, folder])


def _grass_series(scenes: Sequence[str], paths: Paths) -> Contender:
    """Return the contender for GRASS: import all scenes, run r.series and export one raster with four bands."""
    program = shutil.which("grass")
    if program is None:
        return Contender("GRASS r.series", absent="grass is not installed")
    imports = [f"r.in.gdal -o --quiet input={scene} output=s{number}" for number, scene in enumerate(scenes)]
    medians = [
        f"r.series --quiet method=median output=m.{band} input="
        + ",".join(f"s{number}.{band}" for number in range(len(scenes)))
        for band in range(1, 5)
    ]
    options = ",".join(f"{key}={value}" for key, value in {**OPTIONS, **ALL_CPUS}.items())
    script = " && ".join([
        *imports, "g.region raster=s0.1", *medians, "i.group --quiet group=m input=m.1,m.2,m.3,m.4",
        f"r.out.gdal --quiet -cf input=m type=Float32 createopt={options} output={paths.out('grass.tif')}",
    ])  # fmt: skip
    return Contender("GRASS r.series", [program, "--tmp-location", "EPSG:32633", "--exec", "sh", "-c", script])


def _limits(sources: Sequence[str], paths: Paths) -> list[Contender]:
    """Return the reference runs, which only copy the inputs, or only decode and encode the blocks."""
    return [
        _limit("copy and sync with one thread (reference)", "copy", paths.out("copy.bin"), *sources),
        _limit("copy and sync with two threads (reference)", "copy_in_parallel", paths.out("copy2.bin"), *sources),
        _limit("GDAL's codec on all CPUs (reference)", "codec", paths.out("codec.tif"), paths.pixels, *sources),
        _limit("libdeflate and ISA-L on all CPUs (reference)", "streams", paths.blocks, *sources),
    ]


def _limit(name: str, *arguments: str) -> Contender:
    return Contender(name, [sys.executable, str(HERE / "limits.py"), *arguments], limit=True)


def _geowombat(source: str, paths: Paths) -> Contender:
    python = paths.folder / "geowombat" / "bin" / "python"
    if not python.exists():
        return Contender("geowombat", absent="geowombat is not installed")
    script = [str(HERE / "tutorial.py"), "difference", "geowombat", source, paths.out("gw.tif")]
    return Contender("geowombat", [str(python), *script])
