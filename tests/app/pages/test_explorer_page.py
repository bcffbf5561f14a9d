"""The explorer in a browser."""

from __future__ import annotations

import json

import pytest

from ns2vec.app import AppState, ModelStore

sync_api = pytest.importorskip("playwright.sync_api", reason="pip install 'ns2vec[test-app]'")
expect = sync_api.expect


def search(page, word):
    page.get_by_label("Word", exact=True).fill(word)
    page.get_by_label("Word", exact=True).press("Enter")
    expect(page.locator("main")).to_contain_text(f"{word}: rank")


def first_neighbour(page):
    return page.get_by_role("region", name="Neighbours in small").locator("tbody tr").first


def test_a_word_is_searched_and_its_neighbours_are_followed(open_page, state):
    page = open_page("/explorer")
    search(page, "king")
    nearest = state.models["small"].vectors.most_similar("king", topn=1)[0][0]
    expect(first_neighbour(page)).to_contain_text(nearest)
    assert page.url.endswith("/explorer?word=king&model=small")
    first_neighbour(page).get_by_role("button").click()
    expect(page.locator("main")).to_contain_text(f"{nearest}: rank")
    page.reload()
    expect(page.locator("main")).to_contain_text(f"{nearest}: rank")


def test_a_word_that_is_not_known_is_told_beside_the_field(open_page):
    page = open_page("/explorer?word=paris")
    expect(page.locator(".error", has_text="no vector for 'paris'; did you mean: Paris")).to_be_visible()


def test_suggestions_come_while_one_types(open_page):
    page = open_page("/explorer")
    page.get_by_label("Word", exact=True).press_sequentially("qu")
    expect(page.locator("#known-words option")).to_have_attribute("value", "queen")


def test_analogy_odd_one_out_and_similarity(open_page):
    page = open_page("/explorer")
    for title, form, answer in [
        ("Analogy: king − man + woman", {}, "queen"),
        ("Odd one out", {"Words": "king queen woman apple"}, "apple fits the others least"),
        ("Similarity of two words", {"Two words": "man king"}, "0.7071"),
    ]:
        page.locator("summary", has_text=title).click()
        part = page.get_by_role("form", name=title)
        for label, value in form.items():
            part.get_by_label(label).fill(value)
        part.get_by_role("button", name="Ask").click()
        expect(part).to_contain_text(answer)
    part.get_by_label("Two words").fill("man nobody")
    part.get_by_role("button", name="Ask").click()
    expect(part.locator(".error")).to_contain_text("no vector for 'nobody'")


def painted(page):
    page.wait_for_selector("canvas[data-painted]")
    return page.evaluate("document.querySelector('canvas').toDataURL()")


def test_the_map_answers_to_the_search_to_colours_and_to_the_keyboard(open_page):
    page = open_page("/explorer")
    seen = [painted(page)]

    def changes(act):
        act()
        page.wait_for_timeout(150)
        seen.append(painted(page))
        assert seen[-1] != seen[-2]

    changes(lambda: search(page, "king"))
    changes(lambda: page.get_by_label("Colour").select_option("frequency"))
    page.locator("canvas").focus()
    for key in ("ArrowLeft", "ArrowUp", "+", "-", "+", "0"):
        changes(lambda key=key: page.keyboard.press(key))
    page.get_by_label("Colour").select_option("label")
    expect(page.locator("main")).to_contain_text("Choose a file with one word and its label")
    labels = {
        "name": "labels.tsv",
        "mimeType": "text/plain",
        "buffer": b"king\troyal\nqueen\troyal\nman\tplain\n",
    }
    changes(lambda: page.locator("input[accept='.txt,.tsv,.csv']").set_input_files(labels))
    expect(page.locator(".legend")).to_contain_text("royalplainno label")


def test_a_selection_is_taken_along_as_csv_and_json(open_page, tmp_path, state):
    page = open_page("/explorer")
    painted(page)
    page.get_by_role("button", name="Select").click()
    box = page.locator("canvas").bounding_box()
    page.mouse.move(box["x"] + 2, box["y"] + 2)
    page.mouse.down()
    page.mouse.move(box["x"] + box["width"] - 2, box["y"] + box["height"] - 2)
    page.mouse.up()
    words = state.models["small"].vectors.index_to_key
    expect(page.locator("main")).to_contain_text(f"{len(words)} words selected")
    texts = []
    for kind in ("CSV", "JSON"):
        with page.expect_download() as waiting:
            page.get_by_role("button", name=f"Save as {kind}").click()
        path = tmp_path / kind
        waiting.value.save_as(path)
        texts.append(path.read_text("utf-8"))
    lines = texts[0].splitlines()
    assert lines[0] == "word,rank,count,x,y"
    assert [line.split(",")[0] for line in lines[1:]] == words
    assert [row["word"] for row in json.loads(texts[1])] == words
    page.get_by_role("button", name="Clear").click()
    expect(page.locator("main")).not_to_contain_text("words selected")


def test_two_models_side_by_side(open_page):
    page = open_page("/explorer?word=king")
    page.get_by_role("button", name="Compare the most frequent words").click()
    expect(page.locator("main")).to_contain_text("First choose another model under")
    page.get_by_label("Compare with").select_option("other")
    expect(page.get_by_role("region", name="Neighbours in other")).to_be_visible()
    page.get_by_role("button", name="Compare the most frequent words").click()
    expect(page.locator("main")).to_contain_text("of 46 words are the same; both models know 46 words.")


def test_vectors_are_opened_in_the_browser_with_the_token_only(open_page, state):
    page = open_page("/explorer")
    expect(page.locator("main")).to_contain_text("use the address that was printed")
    page = open_page(f"/explorer#token={state.token}")
    sent = {"name": "pets.txt", "mimeType": "text/plain", "buffer": b"2 2\ncat 1 0\ndog 1 1\n"}
    page.get_by_label("Open a file of vectors").set_input_files(sent)
    page.wait_for_url("**/explorer?model=pets.txt")
    expect(page.locator("main")).to_contain_text("2 words, 2 dimensions")
    page.get_by_label("Open a file of vectors").set_input_files({**sent, "buffer": b"nothing"})
    expect(page.get_by_role("status").filter(has_text="cannot be read")).to_be_visible()
    state.models.remove("pets.txt")


def test_a_map_by_umap_says_what_to_install(open_page):
    page = open_page("/explorer")
    painted(page)
    try:
        import umap  # noqa: F401
    except ImportError:
        page.get_by_role("combobox", name="Map").select_option("umap")
        expect(page.locator(".error", has_text="pip install 'ns2vec[map]'")).to_be_visible()
    else:
        pytest.skip("umap-learn is installed")


def test_by_keyboard_alone_a_word_is_found_and_followed(open_page):
    page = open_page("/explorer")
    page.get_by_label("Word", exact=True).focus()
    page.keyboard.type("man")
    page.keyboard.press("Enter")
    expect(page.locator("main")).to_contain_text("man: rank 1")
    page.keyboard.press("Tab")  # the button
    page.keyboard.press("Tab")  # the table, which scrolls
    page.keyboard.press("Tab")
    followed = page.evaluate("document.activeElement.textContent")
    page.keyboard.press("Enter")
    expect(page.locator("main")).to_contain_text(f"{followed}: rank")


@pytest.mark.slow
def test_a_map_of_200000_words_is_drawn_and_searched(open_page):
    from app_clients import large_vectors, served

    with served(AppState(models=ModelStore({"large": large_vectors(200_000)}))) as large:
        page = open_page("/explorer", at=large)
        page.get_by_role("combobox", name="Words").select_option("200000")
        expect(page.get_by_role("status").filter(has_text="200,000 words.")).to_be_visible()
        before = painted(page)
        search(page, "w123456")
        page.wait_for_timeout(300)
        assert painted(page) != before
        expect(page.get_by_role("region", name="Neighbours in large").locator("tbody tr")).to_have_count(12)
