"""Files of suites: folders, packages, the cache, downloads from a server on this machine."""

from __future__ import annotations

import hashlib
import sys
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from ns2vec.evaluation import sources
from ns2vec.evaluation.readers import Layout
from ns2vec.evaluation.sources import SuiteNotFoundError, cache_folder, download, find_suite_files
from ns2vec.evaluation.suites import Origin, Suite
from ns2vec.exceptions import FormatError

BODY = b"".join(b"left%d\tright%d\t%d\n" % (i, i, i % 7) for i in range(3000))
SHA = hashlib.sha256(BODY).hexdigest()


class Server(ThreadingHTTPServer):
    """Serves `BODY`; counts requests, may cut answers short."""

    def __init__(self):
        super().__init__(("127.0.0.1", 0), Answer)
        self.cut: int | None = None
        self.n_requests = 0

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}/pairs.tsv"


class Answer(BaseHTTPRequestHandler):
    """One request."""

    def do_GET(self):
        self.server.n_requests += 1
        self.send_response(200)
        self.send_header("Content-Length", str(len(BODY)))
        self.end_headers()
        self.wfile.write(BODY[: self.server.cut])

    def log_message(self, *_):
        pass


@pytest.fixture
def server():
    with Server() as running:
        thread = threading.Thread(target=running.serve_forever, daemon=True)
        thread.start()
        yield running
        running.shutdown()
        thread.join()


@pytest.fixture(autouse=True)
def own_folders(tmp_path, monkeypatch):
    """No cache, data folder or proxy of the machine takes part."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.delenv("NS2VEC_DATA", raising=False)
    for name in ("http_proxy", "HTTP_PROXY"):
        monkeypatch.delenv(name, raising=False)


def suite_of(*origins):
    return Suite("mine", "Mine", "word_similarity", "word_pairs", "unknown", "unknown", origins=origins)


@pytest.mark.parametrize("below", ["", "eval"])
def test_a_data_folder(tmp_path, monkeypatch, below):
    folder = tmp_path / below / "similarity"
    folder.mkdir(parents=True)
    (folder / "mine.tsv").write_bytes(BODY)
    suite = suite_of(Origin(files=("similarity/mine.tsv",), sha256=(SHA,)))
    found = find_suite_files(suite, tmp_path)
    assert (found.paths, found.sha256, found.notes) == ((folder / "mine.tsv",), (SHA,), ())
    monkeypatch.setenv("NS2VEC_DATA", str(tmp_path))
    assert find_suite_files(suite).paths == found.paths


def test_patterns_find_all_files_sorted(tmp_path):
    for name in ("b/2.txt", "a/1.txt"):
        (tmp_path / name).parent.mkdir()
        (tmp_path / name).write_text("x y\n", "utf-8")
    found = find_suite_files(suite_of(Origin(files=("*/*.txt",))), tmp_path)
    assert [path.name for path in found.paths] == ["1.txt", "2.txt"]


def test_other_bytes_than_the_recorded_ones_are_noted(tmp_path):
    (tmp_path / "mine.tsv").write_text("a\tb\t1\n", "utf-8")
    found = find_suite_files(suite_of(Origin(files=("mine.tsv",), sha256=(SHA,))), tmp_path)
    assert "is not the recorded" in found.notes[0]


def test_a_package_is_located_and_not_run(tmp_path, monkeypatch):
    package = tmp_path / "shipsquestions"
    (package / "data").mkdir(parents=True)
    (package / "__init__.py").write_text("raise RuntimeError('this code must not run')\n", "utf-8")
    (package / "data" / "mine.tsv").write_bytes(BODY)
    monkeypatch.syspath_prepend(str(tmp_path))
    origin = Origin(files=("data/mine.tsv",), package="shipsquestions")
    assert find_suite_files(suite_of(origin)).paths == (package / "data" / "mine.tsv",)
    assert "shipsquestions" not in sys.modules
    with pytest.raises(SuiteNotFoundError):
        find_suite_files(suite_of(Origin(files=("mine.tsv",), package="notinstalledanywhere")))


def test_a_download_is_cached_and_its_hash_recorded(server, tmp_path, caplog):
    suite = suite_of(Origin(files=("elsewhere.tsv",)), Origin(urls=(server.url,), layout=Layout(",")))
    with pytest.raises(SuiteNotFoundError, match=r"or pass allow_download=True$"):
        find_suite_files(suite, tmp_path)
    assert server.n_requests == 0
    found = find_suite_files(suite, tmp_path, allow_download=True)
    assert found.paths == (cache_folder() / "mine" / "pairs.tsv",)
    assert found.paths[0].read_bytes() == BODY
    assert (found.sha256, found.origin.layout.delimiter) == ((SHA,), ",")
    assert "sha256 recorded at the first download" in found.notes[0]
    assert f"no sha256 was known; recorded {SHA}" in caplog.text
    find_suite_files(suite, tmp_path)
    assert server.n_requests == 1
    assert sorted(path.name for path in found.paths[0].parent.iterdir()) == ["pairs.tsv", "pairs.tsv.sha256"]
    found.paths[0].write_bytes(BODY + b"x")
    with pytest.raises(FormatError, match="has changed since it was downloaded"):
        find_suite_files(suite, tmp_path)


def test_an_interrupted_download_leaves_nothing(server, tmp_path):
    target = tmp_path / "pairs.tsv"
    server.cut = 5000
    with pytest.raises(OSError, match=f"sent 5000 of {len(BODY)} bytes"):
        download(server.url, target, SHA)
    assert list(tmp_path.iterdir()) == []
    server.cut = None
    assert download(server.url, target, SHA) == SHA
    assert target.read_bytes() == BODY
    assert [path.name for path in tmp_path.iterdir()] == ["pairs.tsv"]


def test_wrong_bytes_do_not_stay(server, tmp_path):
    with pytest.raises(FormatError, match="the file at the address has changed"):
        download(server.url, tmp_path / "pairs.tsv", "0" * 64)
    assert list(tmp_path.iterdir()) == []


def test_what_is_not_downloaded(server, tmp_path, monkeypatch):
    with pytest.raises(FormatError, match="expected an http or https address"):
        download("file:///etc/hostname", tmp_path / "x")
    monkeypatch.setattr(sources, "MAX_DOWNLOAD_BYTES", 1000)
    with pytest.raises(FormatError, match="larger than 1000 bytes"):
        download(server.url, tmp_path / "x")
    assert not (tmp_path / "x").exists()
