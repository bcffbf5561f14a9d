"""The web app: its response times, 50 clients at once, first paint and memory of each room.

    python -m benchmarks app [--seconds 60] [--clients 50]

Pages need `pip install 'ns2vec[test-app]'` and chromium; without them only the server is measured.
Server, clients and browser share the processors of this machine, so the load average is recorded.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import json
import os
import random
import re
import shutil
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np

from ns2vec import KeyedVectors
from ns2vec._platform import n_processors

RESULTS = Path(__file__).parent / "results" / "app.json"
ROOMS = ("calculator", "training", "explorer", "samplers")
N_ASKED, N_MAPPED, N_DIMS = 150_000, 200_000, 100
LENGTH = re.compile(rb"\r\ncontent-length: (\d+)\r\n", re.IGNORECASE)


def write_vectors(path: Path, n_words: int) -> None:
    """Vectors around thirty centres, with decreasing counts."""
    generator = np.random.default_rng(1)
    centres = generator.normal(size=(30, N_DIMS)).astype(np.float32)
    rows = generator.standard_normal((n_words, N_DIMS), dtype=np.float32)
    rows += centres[generator.integers(30, size=n_words)]
    vectors = KeyedVectors(N_DIMS)
    counts = {"count": (10**7 // np.arange(1, n_words + 1)).astype(np.int64)}
    vectors.add_vectors([f"w{number}" for number in range(n_words)], rows, counts)
    vectors.save(str(path))


@contextlib.contextmanager
def served(*options: str) -> Iterator[tuple[str, int, float]]:
    """Address, process id, and seconds until the server answered."""
    began = time.perf_counter()
    command = [sys.executable, "-m", "ns2vec.cli", "app", "--port", "0", *options]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True) as server:
        try:
            assert server.stdout is not None
            found = re.match(r"(http://[\d.]+:\d+)/", server.stdout.readline())
            assert found is not None
            get(f"{found[1]}/healthz")
            yield found[1], server.pid, time.perf_counter() - began
        finally:
            server.terminate()


def get(address: str) -> Any:
    """The response to a GET."""
    with urllib.request.urlopen(address) as answer:
        return json.load(answer)


def anonymous_mb(pid: int) -> float:
    """RssAnon of a process."""
    text = Path(f"/proc/{pid}/status").read_text()
    found = re.search(r"RssAnon:\s+(\d+) kB", text)
    return round(int(found[1]) / 1e3, 1) if found else float("nan")


def processor_seconds(pid: int) -> float:
    """Processor time of a process, which depends little on other work of the machine."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


class Client(asyncio.Protocol):
    """Requests one random word after another on one connection until a given time.

    asyncio's streams and tasks would take a third of a processor here, which the server needs.

    Parameters
    ----------
    host : str
        Including the port.
    end : float
        Of `time.perf_counter`.
    seed : int
    seconds : list of float
        Of each answer; appended to.
    """

    def __init__(self, host: str, end: float, seed: int, seconds: list[float]) -> None:
        self.draws, self.end, self.seconds = random.Random(seed), end, seconds
        self.head = f"POST /api/most_similar HTTP/1.1\r\nHost: {host}\r\nContent-Type: application/json\r\n"
        self.n_wrong, self.came, self.ends_at, self.began = 0, b"", 0, 0.0
        self.done: asyncio.Future[int] = asyncio.get_running_loop().create_future()

    def connection_made(self, transport: Any) -> None:
        self.transport = transport
        self.ask()

    def ask(self) -> None:
        """Send the next request."""
        body = f'{{"words":["w{self.draws.randrange(N_ASKED)}"]}}'
        self.began = time.perf_counter()
        self.transport.write(f"{self.head}Content-Length: {len(body)}\r\n\r\n{body}".encode())

    def data_received(self, data: bytes) -> None:
        self.came += data
        if not self.ends_at and (head := self.came.find(b"\r\n\r\n")) >= 0:
            length = LENGTH.search(self.came, 0, head + 2)
            assert length is not None
            self.ends_at = head + 4 + int(length[1])
        if self.ends_at and len(self.came) >= self.ends_at:
            now = time.perf_counter()
            self.seconds.append(now - self.began)
            is_whole = len(self.came) == self.ends_at and self.came.endswith(b"}]")
            self.n_wrong += not (is_whole and self.came.startswith(b"HTTP/1.1 200"))
            self.came, self.ends_at = b"", 0
            if now < self.end:
                self.ask()
            else:
                self.transport.close()

    def connection_lost(self, error: Exception | None) -> None:
        if not self.done.done():
            self.done.set_result(self.n_wrong + (time.perf_counter() < self.end))


async def load(address: str, n_clients: int, seconds: float) -> dict[str, Any]:
    """Send requests from many connections at once."""
    host, port = address.removeprefix("http://").split(":")
    taken: list[float] = []
    end, worked = time.perf_counter() + seconds, time.process_time()
    loop = asyncio.get_running_loop()
    clients = [Client(f"{host}:{port}", end, seed, taken) for seed in range(n_clients)]
    for one in clients:
        await loop.create_connection(lambda one=one: one, host, int(port))  # type: ignore[misc]
    wrong = await asyncio.gather(*(one.done for one in clients))
    worked = time.process_time() - worked
    p50, p95, p99 = (round(1000 * float(value), 1) for value in np.percentile(taken, [50, 95, 99]))
    return {
        "clients": n_clients, "seconds": seconds, "requests": len(taken),
        "per_second": round(len(taken) / seconds), "ms_p50": p50, "ms_p95": p95, "ms_p99": p99,
        "not_200": sum(wrong), "client_processor_ms_a_request": round(1000 * worked / len(taken), 3),
    }  # fmt: skip


def pages(address: str, model: str) -> dict[str, Any]:
    """First paint and memory of each room, and the time of the explorer."""
    from playwright.sync_api import sync_playwright

    path = shutil.which("chromium") or shutil.which("google-chrome")
    found: dict[str, Any] = {}
    with sync_playwright() as playwright:
        options = ["--no-sandbox", "--enable-precise-memory-info"]
        browser = playwright.chromium.launch(executable_path=path, args=options)
        for room in ROOMS:
            page = browser.new_page(viewport={"width": 1440, "height": 900})
            page.goto(f"{address}/{room}")
            page.wait_for_load_state("networkidle")
            paint, heap = page.evaluate(
                "[performance.getEntriesByName('first-contentful-paint')[0].startTime, "
                "performance.memory.usedJSHeapSize]"
            )
            found[room] = {"first_paint_ms": round(paint), "heap_mb": round(heap / 1e6, 1)}
            page.close()
        found["explorer"] |= explorer(browser, address, model)
        browser.close()
    return found


def explorer(browser: Any, address: str, model: str) -> dict[str, Any]:
    """The map of 200,000 words, and searches in 150,000."""
    page = browser.new_page(viewport={"width": 1440, "height": 900})
    page.goto(f"{address}/explorer?model={model}")
    page.wait_for_selector("canvas[data-painted]")
    page.wait_for_load_state("networkidle")
    page.evaluate("delete document.querySelector('canvas').dataset.painted")
    page.get_by_role("combobox", name="Words").select_option("200000")
    page.wait_for_selector("canvas[data-painted]")
    painted = int(page.locator("canvas").get_attribute("data-painted"))
    page.wait_for_load_state("networkidle")
    heap = page.evaluate("performance.memory.usedJSHeapSize")
    page.goto(f"{address}/explorer?model=asked.ns2v")
    page.wait_for_load_state("networkidle")
    taken = []
    for number in range(10):
        page.get_by_label("Word", exact=True).fill(f"w{number * 1234}")
        page.get_by_label("Word", exact=True).press("Enter")
        page.get_by_text(f"w{number * 1234}: rank").wait_for()
        taken.append(int(page.locator("[data-milliseconds]").get_attribute("data-milliseconds")))
    return {
        "map_200000_painted_ms": painted, "map_heap_mb": round(heap / 1e6, 1),
        "search_150000_ms_median": float(np.median(taken)), "search_150000_ms_most": max(taken),
    }  # fmt: skip


def main(argv: list[str]) -> int:
    parser = argparse.ArgumentParser(prog="python -m benchmarks app", description=__doc__)
    parser.add_argument("--seconds", type=float, default=60.0)
    parser.add_argument("--clients", type=int, default=50)
    arguments = parser.parse_args(argv)
    found: dict[str, Any] = {"processors": n_processors(), "load_average": os.getloadavg()[0]}
    with tempfile.TemporaryDirectory() as folder:
        asked, mapped = Path(folder, "asked.ns2v"), Path(folder, "mapped.ns2v")
        write_vectors(asked, N_ASKED)
        write_vectors(mapped, N_MAPPED)
        with served("--model", str(asked), "--model", str(mapped)) as (address, pid, seconds):
            found["start_seconds"] = round(seconds, 2)
            with contextlib.suppress(ImportError):
                found["rooms"] = pages(address, mapped.name)
            asyncio.run(load(address, arguments.clients, 3.0))
            before, worked = anonymous_mb(pid), processor_seconds(pid)
            found["most_similar"] = asyncio.run(load(address, arguments.clients, arguments.seconds))
            worked = processor_seconds(pid) - worked
            each = 1000 * worked / found["most_similar"]["requests"]
            found["most_similar"]["processor_ms_a_request"] = round(each, 2)
            found["most_similar"]["rss_anon_mb"] = [before, anonymous_mb(pid)]
    with served("--demo") as (address, _, seconds):
        began = time.perf_counter() - seconds
        while not get(f"{address}/api/models"):
            time.sleep(0.05)
        found["demo"] = {
            "start_seconds": round(seconds, 2),
            "first_epoch_seconds": round(time.perf_counter() - began, 2),
        }
    found["load_average_after"] = os.getloadavg()[0]
    RESULTS.write_text(json.dumps(found, indent=2) + "\n", encoding="utf-8")
    print(json.dumps(found, indent=2))
    return 0
