"""Sends HTTP requests through QGIS, with the proxies, certificates and authentication that are set in QGIS."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from qgis.core import QgsBlockingNetworkRequest
from qgis.PyQt.QtCore import QByteArray, QUrl
from qgis.PyQt.QtNetwork import QNetworkRequest

if TYPE_CHECKING:
    from ...core.stac.fetch import Answer, Request


def qgis_fetch(authentication: str) -> Callable[[Request], Answer]:
    """Return a function that sends requests with a QGIS authentication configuration ("" for none)."""
    from ...core.stac.fetch import Answer

    def fetch(request: Request) -> Answer:
        outgoing = QNetworkRequest(QUrl(request.url))
        outgoing.setTransferTimeout(int(1000 * request.timeout))
        for name, value in request.headers.items():
            outgoing.setRawHeader(name.encode(), value.encode())
        network = QgsBlockingNetworkRequest()
        if authentication:
            network.setAuthCfg(authentication)
        if request.is_head:
            network.head(outgoing, True)
        elif request.body is None:
            network.get(outgoing, True)
        else:
            network.post(outgoing, QByteArray(request.body), True)
        reply = network.reply()
        status = reply.attribute(QNetworkRequest.Attribute.HttpStatusCodeAttribute)
        if status is None:
            raise OSError(network.errorMessage())
        headers = {bytes(name).decode("latin-1").lower(): _header(reply, name) for name in reply.rawHeaderList()}
        return Answer(int(status), headers, bytes(reply.content())[: request.most])

    return fetch


def _header(reply: object, name: QByteArray) -> str:
    return bytes(reply.rawHeader(name)).decode("latin-1")  # type: ignore[attr-defined]
