"""A server, and pages of a real browser that record errors."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

sys.path.insert(0, str(Path(__file__).parent.parent))

from app_clients import TOKEN, served, small_vectors

from ns2vec.app import AppState, ModelStore

sync_api = pytest.importorskip("playwright.sync_api", reason="pip install 'ns2vec[test-app]'")
sync_api.expect.set_options(timeout=60_000)  # no test depends on the speed of the machine
CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")


@pytest.fixture(scope="module")
def state(tmp_path_factory) -> AppState:
    models = ModelStore({"small": small_vectors(40), "other": small_vectors(40, seed=1)})
    return AppState(models=models, token=TOKEN, runs=tmp_path_factory.mktemp("runs"))


@pytest.fixture(scope="module")
def address(state) -> Iterator[str]:
    with served(state) as found:
        yield found


# per file: the event loop that it keeps in this thread would disturb tests that make their own
@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    if CHROMIUM is None:
        pytest.skip("there is no chromium: apt-get install chromium")
    with sync_api.sync_playwright() as playwright:
        found = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield found
        found.close()


@pytest.fixture
def open_page(browser, address) -> Iterator[Any]:
    """Return ``open_page(path, **context)``; no page may have errors or requests to other hosts."""
    faults: list[str] = []
    contexts = []

    def open_one(path: str, *, width: int = 1440, scheme: str = "light", at: str = "") -> Any:
        context = browser.new_context(
            viewport={"width": width, "height": 900}, color_scheme=scheme, accept_downloads=True
        )
        context.grant_permissions(["clipboard-read", "clipboard-write"])
        contexts.append(context)
        page = context.new_page()
        page.set_default_timeout(60_000)
        page.on("pageerror", lambda error: faults.append(str(error)))
        page.on("console", lambda told: told.type in ("error", "warning") and faults.append(told.text))
        local = ("http://127.0.0.1:", "data:", "blob:", "file:")
        page.on("request", lambda asked: asked.url.startswith(local) or faults.append(asked.url))
        page.goto((at or address) + path)
        page.wait_for_load_state("networkidle")
        return page

    yield open_one
    for context in contexts:
        context.close()
    assert faults == []
