"""The samplers in a browser."""

from __future__ import annotations

import pytest

sync_api = pytest.importorskip("playwright.sync_api", reason="pip install 'ns2vec[test-app]'")
expect = sync_api.expect


def row(page, word):
    table = page.get_by_role("region", name="Words and their probability")
    return table.locator("tr", has=page.get_by_role("cell", name=word, exact=True))


def test_the_worked_distribution_and_its_draws(open_page):
    page = open_page("/samplers")
    for word, probability in [("the", "0.862872"), ("cat", "0.091238"), ("moon", "0.045890")]:
        expect(row(page, word)).to_contain_text(probability)
    drawn = [
        int(row(page, word).locator("td").last.inner_text().replace(",", ""))
        for word in ("the", "cat", "moon")
    ]
    assert sum(drawn) == 10_000
    assert drawn[0] > 8000
    expect(page.locator("main")).to_contain_text("the draws fit")
    page.get_by_role("button", name="New draws").click()
    expect(row(page, "the").locator("td").last).not_to_have_text(f"{drawn[0]:,}")


def test_it_follows_what_is_typed_and_the_address_keeps_it(open_page):
    page = open_page("/samplers")
    page.get_by_label("Exponent").fill("0")
    expect(row(page, "moon")).to_contain_text("0.333333")
    page.get_by_label("Sampler").select_option("random")
    expect(row(page, "the").locator("td").nth(3)).to_have_text("0.934579")
    assert "exponent=0&sampler=random" in page.url
    page.reload()
    expect(row(page, "the").locator("td").nth(3)).to_have_text("0.934579")


def test_the_counts_of_a_model(open_page):
    page = open_page("/samplers")
    page.get_by_label("Counts of").select_option("small")
    expect(row(page, "queen")).to_be_visible()
    assert not page.get_by_label("Counts", exact=True).is_visible()


@pytest.mark.parametrize(
    ("label", "value", "message"),
    [
        ("Counts", "the", "counts must have a word and its count in line 1"),
        ("Exponent", "steep", "exponent must be a number from -5 to 5"),
        ("Draws", "-1", "n_draws must be"),
        ("Seed", "x", "seed must be"),
        ("True words (to count false negatives)", "cat dog", "positives must be lines of word: words"),
    ],
)
def test_each_error_stands_beside_its_field(open_page, label, value, message):
    page = open_page("/samplers")
    page.get_by_label(label, exact=True).fill(value)
    expect(page.locator(".error", has_text=message)).to_be_visible()


def test_which_negatives_pushed_a_word(open_page):
    page = open_page("/samplers")
    part = page.get_by_role("form", name="Pushes")
    part.get_by_label("Text").fill("red green blue\none two three\n" * 20)
    part.get_by_label("Word").fill("red")
    part.get_by_label("Word").press("Enter")
    expect(page.locator("main")).to_contain_text("Noise that pushed red away")
    pulled = page.get_by_role("img", name="Words seen beside red that pulled it")
    expect(pulled).to_contain_text("green")
    expect(pulled).not_to_contain_text("two")
    part.get_by_label("Word").fill("white")
    part.get_by_label("Word").press("Enter")
    expect(part.locator(".error", has_text="word 'white' is not among")).to_be_visible()
