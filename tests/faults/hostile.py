"""Files that try to make GDAL run code, read other files or access the network. All of them are harmless."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

SIZE = 512


def vrt(*bands: str, attributes: str = "") -> str:
    """Return the XML of a VRT that consists of the given bands."""
    return f'<VRTDataset rasterXSize="{SIZE}" rasterYSize="{SIZE}" {attributes}>{"".join(bands)}</VRTDataset>'


def band(number: int, inside: str, attributes: str = "") -> str:
    """Return the XML of a VRT band that contains the elements `inside`."""
    return f'<VRTRasterBand dataType="UInt16" band="{number}" {attributes}>{inside}</VRTRasterBand>'


def simple_source(path: Path | str, tag: str = "SourceFilename") -> str:
    """Return the XML of a VRT source that refers to a file or a URL."""
    return f"<SimpleSource><{tag}>{path}</{tag}><SourceBand>1</SourceBand></SimpleSource>"


def python_vrts(source: Path, marker: Path) -> dict[str, str]:
    """Return VRTs (name of the variant -> XML) with Python code that creates `marker`."""
    code = f"open('{marker}', 'w').close()\ndef f(*a, **k): pass"
    names = ("PixelFunctionType", "PixelFunctionLanguage", "PixelFunctionCode")

    def elements(*tags: str) -> str:
        return "".join(f"<{tag}>{value}</{tag}>" for tag, value in zip(tags, ("f", "Python", f"<![CDATA[{code}]]>")))

    inside = elements(*names) + simple_source(source)
    derived = 'subClass="VRTDerivedRasterBand"'
    escaped = code.replace("'", "&apos;").replace("\n", "&#10;")
    attributes = f'{derived} PixelFunctionType="f" PixelFunctionLanguage="Python" PixelFunctionCode="{escaped}"'
    lower = elements(*(name.lower() for name in names)) + simple_source(source)
    return {
        "plain": vrt(*(band(number, inside, derived) for number in (1, 2))),
        "lower case": vrt(*(band(number, lower, derived.lower().replace("vrtd", "VRTD")) for number in (1, 2))),
        "name space": vrt(*(band(number, inside, derived) for number in (1, 2)), attributes='xmlns="a"'),
        "attributes": vrt(*(band(number, simple_source(source), attributes) for number in (1, 2))),
        "subclass element": vrt(
            *(band(number, f"<subClass>VRTDerivedRasterBand</subClass>{inside}") for number in (1, 2))
        ),
    }


def raw_vrts(secret: Path) -> dict[str, str]:
    """Return VRTs (name of the variant -> XML) whose pixels are the bytes of the file `secret`."""
    inside = (
        f'<SourceFilename relativeToVRT="0">{secret}</SourceFilename><ImageOffset>0</ImageOffset>'
        "<PixelOffset>2</PixelOffset><LineOffset>0</LineOffset>"
    )
    element = "<subClass>VRTRawRasterBand</subClass>"
    return {
        "plain": vrt(*(band(number, inside, 'subClass="VRTRawRasterBand"') for number in (1, 2))),
        "lower case": vrt(*(band(number, inside, 'subclass="vrtrawrasterband"') for number in (1, 2))),
        "element": vrt(*(band(number, element + inside) for number in (1, 2))),
    }


def wms(address: str) -> str:
    """Return the XML description of a web map at `address`. GDAL opens such a file regardless of its name."""
    window = (
        "<UpperLeftX>0</UpperLeftX><UpperLeftY>5</UpperLeftY><LowerRightX>5</LowerRightX><LowerRightY>0</LowerRightY>"
    )
    levels = "<TileLevel>1</TileLevel><TileCountX>1</TileCountX><TileCountY>1</TileCountY>"
    return (
        f'<GDAL_WMS><Service name="TMS"><ServerUrl>{address}/${{z}}/${{x}}/${{y}}.png</ServerUrl></Service>'
        f"<DataWindow>{window}{levels}</DataWindow><Projection>EPSG:3857</Projection>"
        "<BlockSizeX>256</BlockSizeX><BlockSizeY>256</BlockSizeY><BandsCount>3</BandsCount></GDAL_WMS>"
    )


def mrf(address: str) -> str:
    """Return the MRF description of a raster that caches the raster at `address`."""
    raster = (
        '<Raster><Size x="512" y="512" c="2"/><PageSize x="512" y="512" c="2"/><DataType>UInt16</DataType></Raster>'
    )
    return f"<MRF_META><CachedSource><Source>{address}</Source></CachedSource>{raster}</MRF_META>"


class Listener:
    """Server on a local port that counts the connections made to it."""

    def __init__(self) -> None:
        self._socket = socket.create_server(("127.0.0.1", 0))
        self.address = f"http://127.0.0.1:{self._socket.getsockname()[1]}"
        self.connections = 0
        threading.Thread(target=self._count, daemon=True).start()

    def _count(self) -> None:
        while True:
            try:
                connection, _ = self._socket.accept()
            except OSError:
                return
            self.connections += 1
            connection.close()

    def close(self) -> None:
        """Stop listening."""
        self._socket.close()


@contextmanager
def listening() -> Iterator[Listener]:
    """Yield a `Listener`, which is closed at the end of the `with` block."""
    listener = Listener()
    try:
        yield listener
    finally:
        listener.close()
