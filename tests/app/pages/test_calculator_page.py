"""The calculator in a browser."""

from __future__ import annotations

import json

import pytest

sync_api = pytest.importorskip("playwright.sync_api", reason="pip install 'ns2vec[test-app]'")
expect = sync_api.expect


def card(page, name):
    return page.locator(".figure", has=page.get_by_text(name, exact=True)).locator("dd")


def test_the_worked_figures_stand_there_and_follow_what_is_typed(open_page):
    page = open_page("/calculator")
    for name, value in [("Negatives", "5,000,000"), ("Pairs", "6,000,000"), ("Batches per epoch", "5,860")]:
        expect(card(page, name)).to_contain_text(value)
    page.get_by_label("Leave out the last batch").check()
    expect(card(page, "Batches per epoch")).to_contain_text("5,859")
    page.get_by_label("Negatives for each (k)").fill("2")
    expect(card(page, "Pairs")).to_contain_text("3,000,000")
    page.get_by_label("Batch size").fill("")
    expect(card(page, "Batches per epoch")).to_contain_text("–")


@pytest.mark.parametrize(
    ("label", "value", "message"),
    [
        ("Positive pairs", "-1", "positives must be a whole number of at least 0, got -1"),
        ("Positive pairs", "many", "positives must be a whole number of at least 0, got 'many'"),
        ("Positive pairs", "1.5", "positives must be a whole number of at least 0, got 1.5"),
        ("Positive pairs", "", "positives must be a whole number of at least 0, got None"),
        ("Negatives for each (k)", "-2", "k must be a whole number of at least 0, got -2"),
        ("Negatives for each (k)", "", "k must be a whole number of at least 0, got None"),
        ("Batch size", "0", "batch_size must be a whole number of at least 1, got 0"),
        ("Batch size", "x", "batch_size must be a whole number of at least 1, got 'x'"),
    ],
)
def test_each_error_stands_beside_its_field_until_it_is_mended(open_page, label, value, message):
    page = open_page("/calculator")
    field = page.get_by_label(label)
    before = field.input_value()
    field.fill(value)
    error = page.locator(f"#{field.get_attribute('aria-describedby').split()[1]}")
    expect(error).to_have_text(message)
    assert field.get_attribute("aria-invalid") == "true"
    field.fill(before)
    expect(error).to_have_text("")
    assert field.get_attribute("aria-invalid") is None


def test_by_keyboard_alone_enter_counts(open_page):
    page = open_page("/calculator")
    page.locator("main").focus()
    page.keyboard.press("Tab")
    page.keyboard.press("Control+A")
    page.keyboard.type("1,000")
    page.keyboard.press("Tab")
    page.keyboard.press("Control+A")
    page.keyboard.type("4")
    page.keyboard.press("Enter")
    expect(card(page, "Pairs")).to_contain_text("5,000")


def test_the_address_holds_what_was_typed(open_page):
    page = open_page("/calculator")
    page.get_by_label("Positive pairs").fill("77")
    expect(card(page, "Positives")).to_contain_text("77")
    assert page.url.endswith("/calculator?positives=77")
    page.reload()
    expect(card(page, "Positives")).to_contain_text("77")


def test_the_figures_are_copied_as_a_command_as_json_and_as_a_link(open_page):
    page = open_page("/calculator?k=3")

    def copied(name):
        page.get_by_role("button", name=name).first.click()
        expect(page.get_by_role("button", name="Copied").first).to_be_visible()
        return page.evaluate("navigator.clipboard.readText()")

    assert copied("Copy as command") == "ns2vec calculate --positives 1000000 --negative 3 --batch-size 1024"
    assert json.loads(copied("Copy as JSON"))["pairs"] == 4_000_000
    assert copied("Copy link") == page.url


def test_memory_time_and_money(open_page):
    page = open_page("/calculator")
    page.get_by_text("Memory, time and money").click()
    page.get_by_label("Corpus", exact=True).select_option("counts")
    assert not page.get_by_label("Corpus words").is_visible()
    page.get_by_label("Dimensions (d)").fill("50")
    for label, value in [
        ("Price per hour", "3"),
        ("Outlay", "30000"),
        ("Income per month", "4500"),
        ("Months", "12"),
    ]:
        page.get_by_label(label).fill(value)
    page.get_by_label("Months").press("Enter")
    expect(card(page, "Parameters")).to_contain_text("300")
    expect(card(page, "Return on investment")).to_contain_text("80 %")
    expect(card(page, "Time")).to_contain_text("words/s here")
    page.reload()
    assert page.get_by_label("Outlay").input_value() == "30000"


@pytest.mark.parametrize(
    ("label", "value", "message"),
    [
        ("Corpus words", "x", "n_words must be"),
        ("Distinct words (V)", "0", "n_types must be"),
        ("Dimensions (d)", "0", "vector_size must be"),
        ("Window", "0", "window must be"),
        ("Negatives (k)", "-1", "negative must be"),
        ("Epochs", "0", "epochs must be"),
        ("Threads", "0", "workers must be"),
        ("Minimum count", "999999999", "no word is left"),
        ("Sentence length", "0", "sentence_words must be"),
        ("Price per hour", "free", "price_an_hour must be"),
        ("Outlay", "0", "outlay must be"),
        ("Income per month", "x", "outlay must be"),
    ],
)
def test_each_error_of_an_estimate_stands_beside_a_field_that_gets_the_keyboard(
    open_page, label, value, message
):
    page = open_page("/calculator")
    page.get_by_text("Memory, time and money").click()
    field = page.get_by_label(label, exact=True)
    field.fill(value)
    page.get_by_role("button", name="Estimate").click()
    wrong = page.locator('[aria-invalid="true"]')
    expect(wrong).to_be_focused()
    expect(page.locator(f"#{wrong.get_attribute('aria-describedby').split()[1]}")).to_contain_text(message)


@pytest.mark.parametrize(
    ("source", "label", "message"), [("counts", "Counts", "in line 1"), ("text", "Text", "no words")]
)
def test_what_is_typed_in_place_of_a_corpus_is_judged(open_page, source, label, message):
    page = open_page("/calculator")
    page.get_by_text("Memory, time and money").click()
    page.get_by_label("Corpus", exact=True).select_option(source)
    page.get_by_label(label, exact=True).fill("the" if source == "counts" else " ")
    page.get_by_role("button", name="Estimate").click()
    expect(page.locator(".error", has_text=message)).to_be_visible()
