"""Words as bags of rows: those of the fasttext package, in its numbering or in that of used buckets."""

from __future__ import annotations

import struct
import threading

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ns2vec.exceptions import ConfigError
from ns2vec.inputs import Bags, BucketRows, Ngrams, hash_word, mean_rows, ngrams_of, word_bags

WORDS = ["the", "cat", "größe", "</s>", "日本語", "", "cats"]

# what fasttext 0.9.3 says: n-grams of 2 and 3 characters in 2,000,000 buckets
RECORDED = {
    "": [446367],
    "a": [1008750, 1087600, 1614806],
    "at": [1008750, 1096174, 48136, 351106, 1288615],
    "größe": [
        *(563988, 606866, 1977756, 1605985, 440124, 114038, 780774, 1147321, 184950, 679512, 458490),
    ],
    "日本語": [1752687, 758587, 387409, 35559, 460575, 1674355, 1432255],
    "e\u0301": [119226, 604793, 48031, 1990259, 1237216],
    "🎉": [1757151, 542003, 1392405],
    "a b": [1008750, 1532362, 949092, 1181810, 1200679, 537947, 1146561],
    "x\0y": [1123513, 295867, 1346437, 1130420, 195730, 116676, 989822],
    b"\xff\x80a": [838052, 464159, 1948209, 811037, 1614806],
    b"\x80\xbf": [1924172],
    b"\xe6\x97": [1746576, 663658, 901596],
}


@pytest.mark.parametrize("word", RECORDED, ids=ascii)
def test_recorded_hashes(word):
    assert hash_word(word, Ngrams(2, 3, 2_000_000)).tolist() == RECORDED[word]


def their_model(folder, min_n, max_n, bucket):
    """A model of the fasttext package that knows one word, ``</s>``."""
    fasttext = pytest.importorskip("fasttext", reason="not installed: pip install 'ns2vec[test-fasttext]'")
    content = struct.pack("<14i", 793712314, 12, 1, 5, 1, 1, 5, 1, 2, 2, bucket, min_n, max_n, 100)
    content += struct.pack("<d3i2q", 1e-4, 1, 1, 0, 1, -1) + b"</s>\0" + struct.pack("<qb", 1, 0)
    content += struct.pack("<b2q", 0, 1 + bucket, 1) + bytes(4 * (1 + bucket))
    content += struct.pack("<b2q", 0, 1, 1) + bytes(4)
    (folder / "model.bin").write_bytes(content)
    return fasttext.load_model(str(folder / "model.bin")).f


@pytest.mark.parity
@pytest.mark.parametrize("options", [(3, 6, 5000), (1, 3, 50), (0, 2, 7), (2, 2, 1), (5, 3, 10), (0, 0, 10)])
@settings(deadline=None, max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(word=st.text(st.characters(exclude_categories=["Cs"]), max_size=20) | st.binary(max_size=20))
def test_ngrams_are_those_of_the_fasttext_package(their_models, options, word):
    if options not in their_models:
        their_models[options] = their_model(their_models["folder"], *options)
    _, rows = their_models[options].getSubwords(word, "replace")
    own = word_bags([word], Ngrams(*options), first_word=None, first_ngram=1)
    assert own.rows.tolist() == [row for row in rows if row]  # row 0 is that of </s>


@pytest.fixture(scope="module")
def their_models(tmp_path_factory):
    return {"folder": tmp_path_factory.mktemp("fasttext")}


@pytest.mark.parametrize("options", [(3, 6, 0), (4, 3, 10), (0, 0, 10), (3, 0, 0)])
def test_without_ngrams_a_bag_is_the_word(options):
    ngrams = Ngrams(*options)
    assert not ngrams
    assert word_bags(WORDS, ngrams).rows.tolist() == list(range(len(WORDS)))
    assert word_bags(WORDS, ngrams, first_word=None).offsets.tolist() == [0] * (len(WORDS) + 1)
    assert hash_word("word", ngrams).tolist() == []


def test_one_bucket_is_row_v_for_every_ngram():
    bags = word_bags(WORDS, Ngrams(3, 3, 1))
    assert set(bags.rows.tolist()) == set(range(len(WORDS) + 1))
    assert bags.rows.tolist().count(len(WORDS)) == len(bags.rows) - len(WORDS)


def test_facebooks_numbering_is_words_and_then_buckets():
    ngrams = Ngrams(3, 5, 1000)
    bags = word_bags(WORDS, ngrams)
    for row, word in enumerate(WORDS):
        hashes = [] if word == "</s>" else hash_word(word, ngrams).tolist()
        found = bags.rows[bags.offsets[row] : bags.offsets[row + 1]].tolist()
        assert found == [row, *(len(WORDS) + bucket for bucket in hashes)]
    unknown = word_bags(WORDS, ngrams, first_word=None)
    assert unknown.rows[:3].tolist() == hash_word("the", ngrams)[:3].tolist()


def test_the_end_of_a_line_is_a_word_like_others_where_gensim_made_the_model():
    ngrams = Ngrams(3, 5, 1000)
    found = word_bags(["</s>"], ngrams, first_word=None, end_is_whole=False)
    assert found.rows.tolist() == hash_word("</s>", ngrams).tolist() != []


def test_used_buckets_are_numbered_as_they_are_met():
    ngrams, rows = Ngrams(3, 5, 1000), BucketRows(1000)
    full, compact = word_bags(WORDS, ngrams), word_bags(WORDS, ngrams, numbered=rows)
    n_words = len(WORDS)
    buckets = full.rows[full.rows >= n_words] - n_words
    assert rows.buckets.tolist() == list(dict.fromkeys(buckets.tolist()))
    assert len(rows) == len(set(buckets.tolist()))
    assert compact.offsets.tolist() == full.offsets.tolist()
    back = np.concatenate((np.arange(n_words), n_words + rows.buckets))
    assert back[compact.rows].tolist() == full.rows.tolist()


def test_a_numbering_grows_behind_what_it_has_and_comes_back_from_its_buckets():
    ngrams, rows = Ngrams(3, 5, 1000), BucketRows(1000)
    first = word_bags(WORDS[:3], ngrams, numbered=rows, first_word=None)
    before = rows.buckets
    again = BucketRows(1000, before)
    for numbered in (rows, again):
        more = word_bags(WORDS, ngrams, numbered=numbered, first_word=None)
        assert more.rows[: len(first.rows)].tolist() == first.rows.tolist()
        assert numbered.buckets[: len(before)].tolist() == before.tolist()
    assert again.buckets.tolist() == rows.buckets.tolist()
    assert len(rows) > len(before)


def test_ngrams_without_a_row_are_left_out_where_nothing_grows():
    ngrams, rows = Ngrams(3, 5, 1000), BucketRows(1000)
    word_bags(["cat"], ngrams, numbered=rows)
    known = word_bags(["cats", "xyz"], ngrams, numbered=rows, first_word=None, is_growing=False)
    kept = rows.rows(hash_word("cats", ngrams))
    assert known.rows.tolist() == [row for row in kept.tolist() if row >= 0]
    assert known.offsets[1:].tolist() == [len(known.rows)] * 2
    assert -1 in kept.tolist()


def test_huge_numbers_of_buckets_take_no_memory():
    rows = BucketRows(2**29)
    bags = word_bags(["cat"], Ngrams(3, 6, 2**29), numbered=rows)
    assert bags.rows.tolist() == list(range(len(rows) + 1))


@pytest.mark.parametrize("buckets", [[0, 10], [-1], [3, 3]])
def test_buckets_that_cannot_be_are_refused(buckets):
    with pytest.raises(ConfigError, match=r"buckets from 0 to 9|one row for each bucket"):
        BucketRows(10, buckets)


@pytest.mark.parametrize("options", [(-1, 3, 10), (1, 2.5, 10), (1, 2, 2**31), (1, None, 3)])
def test_ngrams_are_whole_numbers(options):
    with pytest.raises(ConfigError, match=r"(min_n|max_n|bucket) must be a whole number"):
        Ngrams(*options)


def test_more_rows_than_int32_numbers_are_refused():
    with pytest.raises(ConfigError, match="need more than 2147483647 rows: use fewer buckets"):
        word_bags(["a"], Ngrams(3, 6, 2**31 - 1))


def test_ngrams_as_bytes_are_in_the_order_of_the_hashes():
    assert ngrams_of("größe", 5, 5) == ["<größ".encode(), "größe".encode(), "röße>".encode()]
    assert ngrams_of("", 1, 4) == [b"<>"]
    assert len(ngrams_of("größe", 1, 4)) == len(hash_word("größe", Ngrams(1, 4, 10)))


def test_means_are_the_same_bytes_alone_and_together_on_any_thread():
    ngrams, matrix = Ngrams(2, 4, 500), np.random.default_rng(1).normal(size=(600, 31)).astype(np.float32)
    bags = word_bags(WORDS, ngrams)
    together = mean_rows(bags, matrix)
    assert np.array_equal(mean_rows(bags, matrix[:7], matrix[7:]), together)
    found = {}

    def one(i):
        found[i] = mean_rows(Bags(bags.offsets[i : i + 2], bags.rows), matrix)

    threads = [threading.Thread(target=one, args=(i,)) for i in range(len(WORDS))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert all(found[i].tobytes() == together[i].tobytes() for i in found)


def test_an_unknown_word_without_ngrams_is_zero():
    bags = word_bags(["", "ab"], Ngrams(3, 3, 10), first_word=None)
    found = mean_rows(bags, np.ones((10, 4), dtype=np.float32))
    assert found.tolist() == [[0] * 4, [1] * 4]
