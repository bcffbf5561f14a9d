"""Word-pair correlations: gensim's protocol."""

from __future__ import annotations

import numpy as np
import pytest

from ns2vec.evaluation import evaluate_word_pairs
from ns2vec.evaluation.word_pairs import parse_word_pairs
from ns2vec.exceptions import FormatError


def random_pairs(words, n_pairs, seed):
    rng = np.random.default_rng(seed)
    pairs = [pair for pair in rng.choice(words, (n_pairs, 2)) if pair[0].upper() != pair[1].upper()]
    return [f"{left}\t{right}\t{rng.uniform(0, 10):.2f}" for left, right in pairs]


@pytest.mark.parity
@pytest.mark.parametrize("dummy4unknown", [False, True])
@pytest.mark.parametrize("case_insensitive", [False, True])
@pytest.mark.parametrize("restrict_vocab", [12, 300000])
def test_equals_gensim(make_toy, as_gensim, write_text, restrict_vocab, case_insensitive, dummy4unknown):
    words = [f"w{i}" for i in range(30)] + [f"W{i}" for i in range(5, 15)]
    toy = make_toy(words, seed=5)
    lines = ["# comment", *random_pairs([*words, "unseen"], 200, seed=1), "no score here", ""]
    path = write_text("\n".join(lines), "pairs.tsv")
    options = {
        "restrict_vocab": restrict_vocab,
        "case_insensitive": case_insensitive,
        "dummy4unknown": dummy4unknown,
    }
    pearson, spearman, oov = evaluate_word_pairs(toy, path, **options)
    expected = as_gensim(toy).evaluate_word_pairs(str(path), **options)
    np.testing.assert_allclose(pearson, expected[0], atol=1e-6)
    np.testing.assert_allclose(spearman, expected[1], atol=1e-6)
    assert oov == pytest.approx(expected[2])
    assert oov > 0


@pytest.mark.parity
@pytest.mark.data
@pytest.mark.parametrize("name", ["ws353", "simlex999", "men3000"])
def test_equals_gensim_on_real_suites(make_toy, as_gensim, data_dir, name):
    path = data_dir / "eval" / "similarity" / f"{name}.tsv"
    words = sorted({word.lower() for left, right, _ in parse_word_pairs(path) for word in (left, right)})
    toy = make_toy(words[::2] + words[1::4], seed=1)
    pearson, spearman, oov = evaluate_word_pairs(toy, path)
    expected = as_gensim(toy).evaluate_word_pairs(str(path))
    assert spearman[0] == pytest.approx(expected[1][0], abs=1e-6)
    assert pearson[0] == pytest.approx(expected[0][0], abs=1e-6)
    assert 0 < oov < 100
    assert oov == pytest.approx(expected[2])


def test_perfect_order_and_unknown_share(make_toy):
    toy = make_toy(["cat", "dog", "car"], np.array([[1, 0], [1, 0.1], [0, 1]], dtype=np.float32))
    lines = ["Cat\tDOG\t9", "cat\tcar\t1", "dog\tcar\t2", "cat\tgnu\t7"]
    pearson, spearman, oov = evaluate_word_pairs(toy, lines)
    assert (round(float(spearman[0]), 6), oov) == (1.0, 25.0)
    assert 0.9 < pearson[0] <= 1
    _, spearman, oov = evaluate_word_pairs(toy, lines, dummy4unknown=True)
    assert (spearman[0] < 0.9, oov) == (True, 25.0)


def test_delimiter_and_encoding(make_toy, tmp_path):
    path = tmp_path / "pairs.csv"
    path.write_bytes("äpfel,birnen,9\näpfel,auto,1\nbirnen,auto,2\n".encode("latin-1"))
    toy = make_toy(["äpfel", "birnen", "auto"], np.array([[1, 0], [1, 0.1], [0, 1]], dtype=np.float32))
    assert evaluate_word_pairs(toy, path, delimiter=",", encoding="latin-1")[1][0] == pytest.approx(1)
    with pytest.raises(FormatError, match=r"pairs\.csv:1: expected text in utf8"):
        evaluate_word_pairs(toy, path, delimiter=",")


@pytest.mark.parametrize("separator", [",", ";", " ", ", "])
@pytest.mark.parametrize("more", [[], ["x", "8", "9"]], ids=["", "more columns"])
def test_where_no_line_has_tabs_the_separator_is_found_out(make_toy, separator, more):
    """gensim refuses such files."""
    toy = make_toy(["cat", "dog", "car"], np.array([[1, 0], [1, 0.1], [0, 1]], dtype=np.float32))
    rows = [["Cat", "dog", "9"], ["cat", "car", "1"], ["dog", "car", "2"]]
    lines = ["# comment", *(separator.join([*row, *more]) for row in rows)]
    assert evaluate_word_pairs(toy, lines)[1][0] == pytest.approx(1)
    with pytest.raises(FormatError, match=r"separated by '\|', with known words, found 0"):
        evaluate_word_pairs(toy, lines, delimiter="|")


@pytest.mark.parametrize("lines", [[], ["# only", "# comments"], ["cat\tdog\t9"], ["gnu\tgnat\t1"] * 3])
def test_too_few_pairs_is_an_error(make_toy, lines):
    with pytest.raises(FormatError, match="No valid similarity judgements found in <lines>"):
        evaluate_word_pairs(make_toy(["cat", "dog"]), lines)


def test_a_zero_vector_is_similar_to_nothing(make_toy):
    toy = make_toy(["cat", "dog", "car"], np.array([[1, 0], [1, 0.1], [0, 0]], dtype=np.float32))
    lines = ["cat\tdog\t9", "cat\tcar\t1", "dog\tcat\t8"]
    assert evaluate_word_pairs(toy, lines)[0][0] > 0.9


def test_the_embedding_is_not_changed(make_toy):
    toy = make_toy(["cat", "dog", "car"])
    toy.vectors.flags.writeable = False
    before = toy.key_to_index.copy()
    evaluate_word_pairs(toy, ["cat\tdog\t9", "cat\tcar\t1", "dog\tcar\t2"])
    assert toy.key_to_index == before


def test_parse_skips_what_is_no_judgement():
    lines = ["# c", "a\tb\t1.5", "a\tb", "a\tb\tc", "", "a\tb\t1\t2", "a b 3"]
    assert parse_word_pairs(lines) == [("A", "B", 1.5)]
    assert parse_word_pairs(lines, case_insensitive=False) == [("a", "b", 1.5)]
