"""The training room in a browser: a chart grows while a thread trains, and the button ends the run."""

from __future__ import annotations

import shutil
import socket
import threading

import pytest

from ns2vec import Word2Vec
from ns2vec.ledger import RunLedger, open_run

sync_api = pytest.importorskip("playwright.sync_api", reason="pip install 'ns2vec[test-app]'")
CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
pytestmark = pytest.mark.skipif(CHROMIUM is None, reason="there is no chromium: apt-get install chromium")

SENTENCES = [["the", "cat", "sat", "on", "a", "mat"], ["the", "dog", "ran", "to", "a", "man"]] * 2000


@pytest.fixture
def training(tmp_path):
    """A thread that trains until it is stopped."""
    ledger = RunLedger(tmp_path / "runs", run_id="live", name="live run", interval=0.1)

    def train():
        Word2Vec(
            SENTENCES,
            min_count=1,
            vector_size=16,
            epochs=10**6,
            workers=1,
            compute_loss=True,
            callbacks=[ledger],
        )

    thread = threading.Thread(target=train, daemon=True)
    thread.start()
    yield tmp_path / "runs"
    if thread.is_alive() and ledger.folder is not None:
        (tmp_path / "runs" / "live" / "stop").touch()
    thread.join(60)
    assert not thread.is_alive()


@pytest.fixture
def address(training):
    import uvicorn

    from ns2vec.app import AppState, create_app

    with socket.socket() as bound:
        bound.bind(("127.0.0.1", 0))
        app = create_app(AppState(runs=training, token="secret"))
        server = uvicorn.Server(uvicorn.Config(app, log_level="warning", timeout_graceful_shutdown=1))
        thread = threading.Thread(target=server.run, kwargs={"sockets": [bound]}, daemon=True)
        thread.start()
        yield f"http://127.0.0.1:{bound.getsockname()[1]}"
        server.should_exit = True
        thread.join(30)


@pytest.fixture
def page(browser, address):
    made = browser.new_page(viewport={"width": 1440, "height": 900})
    made.faults = []
    made.on("pageerror", lambda error: made.faults.append(str(error)))
    made.on("console", lambda told: told.type == "error" and made.faults.append(told.text))
    made.on(
        "request",
        lambda asked: asked.url.startswith((address, "data:", "blob:")) or made.faults.append(asked.url),
    )
    yield made
    made.close()


def test_a_chart_grows_while_a_thread_trains_and_the_button_ends_it(page, address, training):
    page.goto(f"{address}/training#token=secret")
    chart, cards = page.locator("[data-chart=loss]"), page.locator("[data-cards]")
    chart.locator("polyline").wait_for()
    before = points = int(chart.get_attribute("data-points"))
    for _ in range(300):
        if points >= before + 5:
            break
        page.wait_for_timeout(100)
        points = int(chart.get_attribute("data-points"))
    assert points >= before + 5
    assert page.inner_text("h2") == "live run"
    sync_api.expect(cards).to_contain_text("running")
    button = page.get_by_role("button", name="Stop after this epoch")
    button.click()
    sync_api.expect(cards).to_contain_text("stopped", timeout=30_000)
    run = open_run(training / "live")
    assert run.status == "stopped" and run.end["epochs"] < 10**6
    sync_api.expect(button).to_be_hidden()
    assert page.faults == []


def test_without_the_token_the_button_is_off(page, address):
    page.goto(f"{address}/training")
    page.wait_for_selector("[data-chart=loss] polyline")
    assert page.get_by_role("button", name="Stop after this epoch").is_disabled()
    assert "open the address that was printed" in page.inner_text("main")
    assert page.faults == []
