"""What all rooms have in common: no faults, nothing cut off, readable, usable by keyboard, kept as a file."""

from __future__ import annotations

import re

import pytest

from ns2vec.app import AppState
from ns2vec.app.rooms import ROOMS

sync_api = pytest.importorskip("playwright.sync_api", reason="pip install 'ns2vec[test-app]'")
axe = pytest.importorskip("axe_playwright_python.sync_playwright", reason="pip install 'ns2vec[test-app]'")


@pytest.mark.parametrize("room", ROOMS)
@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [390, 1440])
def test_axe_finds_nothing_serious_and_nothing_is_cut_off(open_page, room, scheme, width):
    page = open_page(f"/{room}?word=king" if room == "explorer" else f"/{room}", width=width, scheme=scheme)
    for folded in page.locator("details").all():
        folded.evaluate("one => { one.open = true; }")
    found = axe.Axe().run(page).response["violations"]
    serious = [
        (one["id"], [node["html"][:120] for node in one["nodes"]])
        for one in found
        if one["impact"] in ("serious", "critical")
    ]
    assert serious == []
    assert page.evaluate("document.documentElement.scrollWidth") <= width


@pytest.mark.parametrize("room", ROOMS)
def test_each_room_says_where_one_is_and_leads_to_the_others(open_page, room):
    page = open_page(f"/{room}")
    assert page.title() == f"{ROOMS[room].title} · ns2vec"
    assert page.locator("h1").inner_text() == ROOMS[room].title
    for other in ROOMS:
        page.locator(f'nav a[href="/{other}"]').click()
        page.wait_for_url(f"**/{other}**")
        page.wait_for_load_state("networkidle")
        assert page.locator("nav [aria-current=page]").inner_text() == ROOMS[other].title


def test_the_first_tab_skips_to_the_content(open_page):
    page = open_page("/calculator")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.textContent") == "Skip to the content"
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.name") == "positives"


def test_the_theme_is_the_systems_until_one_is_chosen_and_kept(open_page):
    page = open_page("/calculator", scheme="dark")

    def ground():
        return page.evaluate("getComputedStyle(document.body).backgroundColor")

    dark = ground()
    page.get_by_role("button", name="Theme: system").click()
    light = ground()
    assert light != dark
    page.reload()
    page.get_by_role("button", name="Theme: light").click()
    assert ground() == dark


def test_the_token_leaves_the_address_and_stays_in_the_tab(open_page, state):
    page = open_page(f"/#token={state.token}")
    page.wait_for_url("**/calculator")
    sync_api.expect(page.locator("footer")).to_contain_text("changes allowed")
    page.goto(page.url.replace("calculator", "samplers"))
    sync_api.expect(page.locator("footer")).to_contain_text("changes allowed")
    assert state.token not in page.url


@pytest.mark.parametrize("room", ROOMS)
def test_a_room_is_saved_as_one_file_without_scripts(open_page, room, tmp_path):
    page = open_page(f"/{room}")
    with page.expect_download() as waiting:
        page.get_by_role("button", name="Save page").click()
    path = tmp_path / f"{room}.html"
    waiting.value.save_as(path)
    text = path.read_text("utf-8")
    assert "<script" not in text
    assert not re.search(r'(src|href)="(?!data:|#)', text)
    saved = open_page("", at=path.as_uri())
    assert saved.locator("h1").inner_text() == ROOMS[room].title
    assert saved.locator("button").count() == 0


def test_a_server_that_is_gone_is_told_with_a_way_back(open_page):
    page = open_page("/calculator")
    page.route(
        "**/api/pairs", lambda route: route.fulfill(status=200, json={}, headers={"X-Ns2vec-Status": "500"})
    )
    page.get_by_label("Positive pairs").fill("7")
    sync_api.expect(page.get_by_role("alert")).to_contain_text("the server answered 500")
    page.unroute("**/api/pairs")
    page.get_by_role("button", name="Try again").click()
    sync_api.expect(page.locator("dl").first).to_contain_text("35")


def test_without_a_model_the_explorer_says_how_to_open_one(open_page, tmp_path):
    from app_clients import served

    with served(AppState(runs=tmp_path)) as empty:
        page = open_page("/explorer", at=empty)
        sync_api.expect(page.locator("main")).to_contain_text("ns2vec app --model vectors.bin")
