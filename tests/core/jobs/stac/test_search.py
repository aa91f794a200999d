"""Searches of a STAC API on 127.0.0.1 that returns several pages."""

from __future__ import annotations

import json
import threading

import numpy as np
import pytest

from parallel_raster.core import stac_search
from parallel_raster.core.errors import Cancelled, InputError, OptionError
from parallel_raster.core.stac.fetch import Answer
from parallel_raster.core.stac.search import split_at_180


def feature(name):
    return {"type": "Feature", "id": name, "collection": "c"}


@pytest.fixture
def api(server):
    """Serve a search with two pages, the second requested by POST, and return the list of request bodies."""
    bodies = []

    def search(method, query, body):
        bodies.append(json.loads(body))
        if "token" in bodies[-1]:
            return 200, json.dumps({"features": [feature("b"), feature("c")], "links": []}).encode()
        link = {"rel": "next", "href": f"{server.url}/search", "method": "POST", "body": {"token": "2"}, "merge": True}
        return 200, json.dumps({"features": [feature("a"), feature("b")], "links": [link]}).encode()

    server.routes["/search"] = search
    return bodies


def found(path):
    return [item["id"] for item in json.loads(path.read_text())["features"]]


def test_pages_are_followed_and_items_are_listed_once(server, api, tmp_path, log):
    output = tmp_path / "items.geojson"
    result = stac_search(
        server.url, output, collections="c, d", extent=(6, 45, 7, 46), start="2024-05-01", end="2024-05-31",
        cloud_cover=30, filter='{"op": "=", "args": [{"property": "a"}, 1]}', log=log,
    )  # fmt: skip
    assert found(output) == ["a", "b", "c"] and result.item_count == 3
    first, second = api
    assert first["collections"] == ["c", "d"] and first["bbox"] == [6, 45, 7, 46]
    assert first["datetime"] == "2024-05-01T00:00:00Z/2024-05-31T23:59:59.999999Z"
    assert [part["op"] for part in first["filter"]["args"]] == ["=", "<="]
    assert second == {**first, "token": "2"}
    assert log.infos == ["Items found: 3"]


def test_without_filters_none_is_sent(server, api, tmp_path):
    stac_search(f"{server.url}/search", tmp_path / "items.json", collections=["c"], start="2024-05-01")
    assert "filter" not in api[0] and "bbox" not in api[0] and api[0]["datetime"] == "2024-05-01T00:00:00Z/.."


@pytest.mark.parametrize("path", ["/api", "/api/", "/api/search"])
def test_the_query_of_the_address_is_kept(tmp_path, path):
    asked = []

    def fetch(request):
        asked.append(request.url)
        return Answer(200, {}, b'{"features": []}')

    stac_search(f"https://h{path}?key=a%2Fb", tmp_path / "items.json", collections="c", fetch=fetch)
    assert asked == ["https://h/api/search?key=a%2Fb"]


@pytest.mark.parametrize(("options", "words"), [
    ({"extent": "abc"}, "EXTENT is 'abc'. It must be four numbers"),
    ({"extent": [1, 2, 3]}, "It must be four numbers"),
    ({"extent": [10**400, 2, 3, 4]}, "EXTENT has more than 308 digits"),
    ({"cloud_cover": "abc"}, "CLOUD_COVER is 'abc'. It must be a number"),
    ({"max_items": None}, "MAX_ITEMS is None. It must be a number"),
])  # fmt: skip
def test_types_of_parameters(server, tmp_path, options, words):
    with pytest.raises(OptionError, match=words):
        stac_search(server.url, tmp_path / "a.json", collections="c", **options)


def test_an_invalid_address_of_the_next_page(server, tmp_path):
    for href in ("https://é..de/search", "http://[bad"):
        page = {"features": [], "links": [{"rel": "next", "href": href}]}
        server.routes["/search"] = lambda method, query, body, page=page: (200, json.dumps(page).encode())
        with pytest.raises(InputError, match="returned an invalid URL for the next page of results"):
            stac_search(server.url, tmp_path / "a.json", collections="c")


def test_numbers_of_numpy_are_sent_as_json(server, api, tmp_path):
    extent, cover, most = np.array([6, 45, 7, 46], "float32"), np.float32(30), np.int64(5)
    stac_search(server.url, tmp_path / "a.json", collections="c", extent=extent, cloud_cover=cover, max_items=most)
    assert api[0]["bbox"] == [6, 45, 7, 46] and api[0]["filter"]["args"][1] == 30


def test_surrogates_in_an_answer_are_kept(server, tmp_path):
    """JSON can contain half of a surrogate pair, which UTF-8 cannot store."""
    item = {**feature("a"), "properties": {"title": "\ud83d"}}
    server.routes["/search"] = lambda method, query, body: (200, json.dumps({"features": [item]}).encode())
    stac_search(server.url, tmp_path / "a.json", collections="c")
    assert json.loads((tmp_path / "a.json").read_text())["features"] == [item]


def test_pages_that_continue_by_get(server, tmp_path):
    def search(method, query, body):
        if method == "POST":
            link = {"rel": "next", "href": "search?page=2"}
            return 200, json.dumps({"features": [feature("a")], "links": [link]}).encode()
        return 200, json.dumps({"features": [feature(query["page"][0])]}).encode()

    server.routes["/search"] = search
    stac_search(server.url, tmp_path / "items.json", collections="c")
    assert found(tmp_path / "items.json") == ["a", "2"]


def test_a_catalogue_over_https_is_not_continued_without_encryption(tmp_path):
    asked = []

    def fetch(request):
        asked.append(request.url)
        link = {"rel": "next", "href": "http://h/search?page=2"}
        return Answer(200, {}, json.dumps({"features": [feature("a")], "links": [link][len(asked) - 1 :]}).encode())

    stac_search("https://h", tmp_path / "items.json", collections="c", fetch=fetch)
    assert asked == ["https://h/search", "https://h/search?page=2"]


def test_an_extent_across_180_degrees_is_two_searches(server, api, tmp_path):
    stac_search(server.url, tmp_path / "items.json", collections="c", extent=(179, -18, 181, -17))
    assert [body["bbox"] for body in api[::2]] == [[179, -18, 180, -17], [-180, -18, -179, -17]]
    assert found(tmp_path / "items.json") == ["a", "b", "c"]


@pytest.mark.parametrize(
    ("extent", "parts"),
    [
        ((6, 45, 7, 46), [(6, 45, 7, 46)]),
        ((179, 0, -179, 1), [(179, 0, 180, 1), (-180, 0, -179, 1)]),
        ((-181, 0, -179, 1), [(179, 0, 180, 1), (-180, 0, -179, 1)]),
        ((185, 0, 190, 1), [(-175, 0, -170, 1)]),
        ((-180, -90, 180, 90), [(-180, -90, 180, 90)]),
        ((180 - 16 * 0.05, 0, 180.00000000000003, 1), [(180 - 16 * 0.05, 0, 180, 1)]),
    ],
)
def test_extents_are_split(extent, parts):
    assert split_at_180(extent) == parts


def test_too_many_items_are_an_error_and_the_old_file_stays(server, api, tmp_path):
    output = tmp_path / "items.json"
    output.write_text("old")
    with pytest.raises(InputError, match="more than 2 matching items") as error:
        stac_search(server.url, output, collections="c", max_items=2)
    assert error.value.parameter == "max_items" and output.read_text() == "old"


def test_another_page_after_so_many_items_is_an_error_even_if_it_is_empty(server, tmp_path):
    def search(method, query, _body):
        if method == "POST":
            link = {"rel": "next", "href": "search?page=2"}
            return 200, json.dumps({"features": [feature("a"), feature("b")], "links": [link]}).encode()
        return 200, json.dumps({"features": []}).encode()

    server.routes["/search"] = search
    with pytest.raises(InputError, match="another page of results after 2 items") as error:
        stac_search(server.url, tmp_path / "items.json", collections="c", max_items=2)
    assert error.value.parameter == "max_items"
    assert stac_search(server.url, tmp_path / "items.json", collections="c", max_items=3).item_count == 2


@pytest.mark.parametrize(
    ("start", "end", "sent"),
    [
        ("", "2024-05-31", "../2024-05-31T23:59:59.999999Z"),
        ("2024-05-01T10:00:00.5Z", "2024-05-31T10:00:00Z", "2024-05-01T10:00:00.500000Z/2024-05-31T10:00:00Z"),
    ],
)
def test_limits_of_time_are_sent_with_their_fractions(server, api, tmp_path, start, end, sent):
    """END is inclusive, and a date is the whole day, so an item of 23:59:59.5 is found."""
    stac_search(server.url, tmp_path / "items.json", collections="c", start=start, end=end)
    assert api[0]["datetime"] == sent


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        ((404, b""), "status 404"),
        ((400, b'{"description": "unknown collection"}'), r"status 400 \(unknown collection\)"),
        ((200, b"<html>"), "does not return JSON"),
        ((200, b"[]"), "does not return items"),
        ((200, b'{"features": 3}'), "does not return items"),
        (
            (200, b'{"features": [], "links": [{"rel": "next", "href": "https://other.example.org/"}]}'),
            "a different host",
        ),
    ],
)
def test_answers_that_are_no_items(server, tmp_path, answer, words):
    server.routes["/search"] = lambda *_: answer
    with pytest.raises(InputError, match=words) as error:
        stac_search(server.url, tmp_path / "items.json", collections="c")
    assert error.value.parameter == "url" and not (tmp_path / "items.json").exists()


@pytest.mark.parametrize("method", ["GET", "POST"])
def test_the_headers_of_a_link_are_sent(tmp_path, method):
    asked = []

    def fetch(request):
        asked.append(request)
        headers = {"X-Page": "7", "X-Many": ["a", "b"], "X-Number": 5, "X-Null": None, "Accept-Encoding": "gzip"}
        link = {"rel": "next", "method": method, "href": "next", "headers": headers}
        return Answer(200, {}, json.dumps({"features": [], "links": [link][len(asked) - 1 :]}).encode())

    stac_search("https://h", tmp_path / "items.json", collections="c", fetch=fetch)
    first, second = (request.headers for request in asked)
    assert "X-Page" not in first and "X-Null" not in second and "Accept-Encoding" not in second
    assert (second["X-Page"], second["X-Many"], second["X-Number"]) == ("7", "a, b", "5")
    assert second["Accept"] == "application/geo+json"


@pytest.mark.parametrize("method", ["GET", "POST"])
@pytest.mark.parametrize(
    "headers",
    [
        *({"X-Page": value} for value in ([], [None], {}, True, "a\r\nX-Other: b", "\ud83d")),
        {"": "a"}, {"a b": "c"}, {"\ud83d": "a"}, ["a"], "X-Page: 7", 5,
    ],
)  # fmt: skip
def test_headers_of_a_link_that_are_not_text(tmp_path, method, headers):
    link = {"rel": "next", "method": method, "href": "next", "headers": headers}
    answer = Answer(200, {}, json.dumps({"features": [], "links": [link]}).encode())
    with pytest.raises(InputError, match=r"next page of results from h requires the HTTP header .* not valid") as error:
        stac_search("https://h", tmp_path / "items.json", collections="c", fetch=lambda _: answer)
    assert str(error.value).isascii()


VALUES = (None, True, 5, -1.5, 10**400, "", "\ud83d", "a b", "http://[", "ftp://h/a", [], [[]], [5], {}, {"a": None})


@pytest.mark.parametrize("name", ["rel", "href", "method", "headers", "body", "merge"])
@pytest.mark.parametrize("value", VALUES)
def test_no_value_of_a_link_ends_in_an_unexpected_error(tmp_path, name, value):
    """Either the search ends, or the error names the catalogue."""
    asked = []

    def fetch(request):
        asked.append(request)
        json.dumps([request.url, dict(request.headers)]).encode("ascii")
        assert all(isinstance(each, str) for each in request.headers.values())
        link = {"rel": "next", "method": "POST", "href": "next", "body": {"page": len(asked)}, name: value}
        return Answer(200, {}, json.dumps({"features": [], "links": [link] if len(asked) < 3 else value}).encode())

    try:
        stac_search("https://catalogue", tmp_path / "items.json", collections="c", fetch=fetch)
    except InputError as error:
        assert "catalogue" in str(error) and str(error).isascii()


@pytest.mark.parametrize("value", VALUES)
def test_no_value_of_an_answer_ends_in_an_unexpected_error(tmp_path, value):
    pages = [value, *({name: value} for name in ("features", "description", "detail", "message"))]
    pages += [{"features": [value]}, {"features": [], "links": value}, {"features": [], "links": [value]}]
    pages += [{"features": [{"id": value, "collection": value}]}]
    for page in pages:
        for status in (200, 400):
            answer = Answer(status, {}, json.dumps(page).encode())
            try:
                stac_search("https://catalogue", tmp_path / "a.json", collections="c", fetch=lambda _, a=answer: a)
            except InputError as error:
                assert "catalogue" in str(error)
                str(error).encode()


def test_a_service_that_repeats_its_page_does_not_keep_the_search_running(server, tmp_path):
    body = {"features": [feature("a")], "links": [{"rel": "next", "href": "search", "method": "POST"}]}
    server.routes["/search"] = lambda *_: (200, json.dumps(body).encode())
    with pytest.raises(InputError, match="the same page twice"):
        stac_search(server.url, tmp_path / "items.json", collections="c")


def test_a_service_that_always_has_another_page_does_not_keep_the_search_running(server, tmp_path, monkeypatch):
    monkeypatch.setattr("parallel_raster.core.stac.search.MOST_PAGES", 3)
    asked = []

    def next_page(*_):
        asked.append(1)
        link = {"rel": "next", "href": f"search?page={len(asked)}", "method": "POST", "body": {"page": len(asked)}}
        return 200, json.dumps({"features": [], "links": [link]}).encode()

    server.routes["/search"] = next_page
    with pytest.raises(InputError, match="more than 3 pages"):
        stac_search(server.url, tmp_path / "items.json", collections="c")
    assert len(asked) == 3


def test_no_answer_and_no_secrets(tmp_path):
    with pytest.raises(InputError, match=r"127\.0\.0\.1:9 does not respond") as error:
        stac_search("http://user:secret@127.0.0.1:9/?key=secret", tmp_path / "items.json", collections="c")
    assert "secret" not in str(error.value)


def test_a_cancelled_search_does_not_wait_for_the_answer(tmp_path):
    asked, answer = threading.Event(), threading.Event()

    class Cancel:
        def report(self, done, total):
            pass

        def is_cancelled(self):
            return asked.is_set()

    def never(_request):
        asked.set()
        answer.wait(20)
        raise OSError

    with pytest.raises(Cancelled):
        stac_search("https://h/", tmp_path / "items.json", collections="c", progress=Cancel(), fetch=never)
    assert not answer.is_set()
    answer.set()


@pytest.mark.parametrize(
    ("options", "parameter"),
    [
        ({"collections": " , "}, "collections"),
        ({"extent": (0, 1, 1, 0)}, "extent"),
        ({"extent": (1, 0, 0, 1), "extent_crs": "EPSG:32601"}, "extent"),
        ({"extent": (0, 0, 1, 1), "extent_crs": "nowhere"}, "extent"),
        ({"start": "May"}, "start"),
        ({"cloud_cover": 101}, "cloud_cover"),
        ({"max_items": 0}, "max_items"),
        ({"filter": "a = 1"}, "filter"),
        ({"filter": "[]"}, "filter"),
        ({"filter": "[" * 100_000}, "filter"),
        ({"filter": {"op": "=", "args": [object()]}}, "filter"),
        ({"url": "ftp://h/"}, "url"),
        ({"output": "items.txt"}, "output"),
    ],
)
def test_invalid_parameters(options, parameter):
    given = {"url": "https://h/", "output": "items.json", "collections": "c", "fetch": None, **options}
    with pytest.raises((OptionError, InputError)) as error:
        stac_search(given.pop("url"), given.pop("output"), **given)
    assert error.value.parameter == parameter
