"""The web app: how soon it answers, 50 clients at once, first paint and memory of each room.

    python -m benchmarks app [--seconds 60] [--clients 50]

Pages need `pip install 'ns2vec[test-app]'` and chromium; without them only the server is measured.
Server, clients and browser share the processors of this machine, and the load average is written down.
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


def write_vectors(path: Path, n_words: int) -> None:
    """Vectors around thirty centres, with counts that fall."""
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
    """Address, process id and seconds until the server answered."""
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
    """What a GET answers."""
    with urllib.request.urlopen(address) as answer:
        return json.load(answer)


def anonymous_mb(pid: int) -> float:
    """RssAnon of a process."""
    text = Path(f"/proc/{pid}/status").read_text()
    found = re.search(r"RssAnon:\s+(\d+) kB", text)
    return round(int(found[1]) / 1e3, 1) if found else float("nan")


def processor_seconds(pid: int) -> float:
    """Processor time that a process has taken, which others on the machine change little."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


async def client(host: str, port: int, end: float, seed: int, seconds: list[float]) -> int:
    """Ask for one random word after another on one connection; return how many answers were no 200."""
    draws, n_wrong = random.Random(seed), 0
    reader, writer = await asyncio.open_connection(host, port)
    while time.perf_counter() < end:
        body = json.dumps({"words": [f"w{draws.randrange(N_ASKED)}"]}).encode()
        head = f"POST /api/most_similar HTTP/1.1\r\nHost: {host}:{port}\r\nContent-Type: application/json\r\n"
        began = time.perf_counter()
        writer.write(f"{head}Content-Length: {len(body)}\r\n\r\n".encode() + body)
        answer = await reader.readuntil(b"\r\n\r\n")
        length = re.search(rb"content-length: (\d+)", answer, re.IGNORECASE)
        assert length is not None
        await reader.readexactly(int(length[1]))
        seconds.append(time.perf_counter() - began)
        n_wrong += not answer.startswith(b"HTTP/1.1 200")
    writer.close()
    return n_wrong


async def load(address: str, n_clients: int, seconds: float) -> dict[str, Any]:
    """Ask from many connections at once."""
    host, port = address.removeprefix("http://").split(":")
    taken: list[float] = []
    end = time.perf_counter() + seconds
    wrong = await asyncio.gather(*(client(host, int(port), end, i, taken) for i in range(n_clients)))
    p50, p95, p99 = (round(1000 * float(value), 1) for value in np.percentile(taken, [50, 95, 99]))
    return {
        "clients": n_clients, "seconds": seconds, "requests": len(taken),
        "per_second": round(len(taken) / seconds), "ms_p50": p50, "ms_p95": p95, "ms_p99": p99,
        "not_200": sum(wrong),
    }  # fmt: skip


def pages(address: str, model: str) -> dict[str, Any]:
    """First paint and memory of each room, and what the explorer takes."""
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
