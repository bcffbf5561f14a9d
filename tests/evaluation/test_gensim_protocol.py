"""gensim's protocol of analogies and word pairs, against brute force and against gensim."""

from __future__ import annotations

import gzip
import itertools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ns2vec.evaluation import evaluate_word_analogies, evaluate_word_pairs
from ns2vec.evaluation.gensim_protocol import parse_analogies, parse_word_pairs, section_accuracy
from ns2vec.exceptions import FormatError

SQUARE = ["man", "woman", "king", "queen", "apple"]
SQUARE_VECTORS = np.array([[1, 0, 0], [1, 1, 0], [1, 0, 1], [1, 1, 1], [-1, 0, 0]], dtype=np.float32)


def nearest_word(toy, question, n_words):
    """3CosAdd for one question, one candidate after the other, in float64."""
    keys = [key.upper() for key in toy.index_to_key[:n_words]]
    unit = toy.vectors.astype(np.float64)
    unit /= np.linalg.norm(unit, axis=1, keepdims=True)
    a, b, c = (keys.index(word) for word in question[:3])
    target = unit[b] + unit[c] - unit[a]
    ranked = sorted(range(len(keys)), key=lambda row: -float(unit[row] @ target))
    ranked = [row for row in ranked if row not in (a, b, c)][:5]
    return next((keys[row] for row in ranked if keys[row] not in question[:3]), keys[ranked[-1]])


def random_questions(words, n_questions, seed):
    rng = np.random.default_rng(seed)
    lines = [": first"]
    for number in range(n_questions):
        if number == n_questions // 2:
            lines.append(": second section")
        lines.append(" ".join(rng.choice(words, size=4)))
    return lines


def test_analogies_equal_brute_force(make_toy):
    words = [f"w{i}" for i in range(40)]
    toy = make_toy(words, seed=3)
    rng = np.random.default_rng(1)
    asked = [[*rng.choice(words, size=3, replace=False)] for _ in range(60)]
    right = [nearest_word(toy, [word.upper() for word in question], 40) for question in asked]
    lines = [": right", *(" ".join([*q, r]) for q, r in zip(asked, right, strict=True)), ": wrong"]
    lines += [" ".join([*q, q[0]]) for q in asked]
    score, sections = evaluate_word_analogies(toy, lines)
    assert [len(section["correct"]) for section in sections] == [60, 0, 60]
    assert [len(section["incorrect"]) for section in sections] == [0, 60, 60]
    assert score == 0.5


@pytest.mark.parity
@pytest.mark.parametrize("dummy4unknown", [False, True])
@pytest.mark.parametrize("case_insensitive", [False, True])
@pytest.mark.parametrize("restrict_vocab", [10, 35, 300000])
def test_analogies_equal_gensims(
    make_toy, as_gensim, write_text, restrict_vocab, case_insensitive, dummy4unknown
):
    words = [f"w{i}" for i in range(30)] + [f"W{i}" for i in range(5, 15)] + ["Zebra", "zEbra"]
    toy = make_toy(words, seed=5, vector_size=4)
    lines = random_questions([*words, "unseen", "ZEBRA"], 300, seed=2)
    path = write_text("\n".join([*lines, "three words only", ""]), "questions.txt")
    options = {
        "restrict_vocab": restrict_vocab,
        "case_insensitive": case_insensitive,
        "dummy4unknown": dummy4unknown,
    }
    score, sections = evaluate_word_analogies(toy, path, **options)
    expected_score, expected_sections = as_gensim(toy).evaluate_word_analogies(str(path), **options)
    assert sections == expected_sections
    assert score == expected_score
    assert sum(len(sections[-1][outcome]) for outcome in ("correct", "incorrect")) > 0


@pytest.mark.parity
@pytest.mark.data
def test_analogies_equal_gensims_on_the_google_questions(make_toy, as_gensim, data_dir):
    path = data_dir / "eval" / "analogy" / "google.txt"
    words = sorted({word for _, quads in parse_analogies(path) for quad in quads for word in quad})
    toy = make_toy([word.lower() for word in words], seed=1, vector_size=3)
    score, sections = evaluate_word_analogies(toy, path, restrict_vocab=600)
    expected_score, expected_sections = as_gensim(toy).evaluate_word_analogies(str(path), restrict_vocab=600)
    assert len(sections[-1]["correct"]) > 10
    assert score == expected_score
    assert sections == expected_sections


def test_a_case_variant_of_an_input_is_no_answer(make_toy):
    vectors = np.vstack([SQUARE_VECTORS, [[1, 0.99, 0.99]], [[1, 1, 0.2]]]).astype(np.float32)
    toy = make_toy(["Man", "woman", "king", "Queen", "apple", "KING", "Woman"], vectors)
    lines = [": gender", "man woman king queen"]
    assert evaluate_word_analogies(toy, lines)[0] == 1.0
    assert evaluate_word_analogies(toy, lines, case_insensitive=False, dummy4unknown=True)[0] == 0.0


@pytest.mark.parity
def test_of_the_nearest_five_one_must_be_no_variant(make_toy, as_gensim):
    """As in gensim, which looks no further."""
    variants = ["Man", "MAn", "MAN", "mAn", "mAN"]
    near = np.array([[1, 1 + i / 100, 1.3] for i in range(5)])
    toy = make_toy([*SQUARE, *variants], np.vstack([SQUARE_VECTORS, near]).astype(np.float32), vector_size=3)
    toy.vectors[3] = [1, 0.7, 0.7]
    lines = [": gender", "man woman king queen"]
    assert evaluate_word_analogies(toy, lines)[0] == 0.0
    toy.vectors[-1] = -1
    assert evaluate_word_analogies(toy, lines)[0] == 1.0


def test_the_first_case_variant_has_the_vector(make_toy):
    words = ["man", "woman", "king", "queen", "apple", "MAN"]
    toy = make_toy(words, np.vstack([SQUARE_VECTORS, [[0, -9, 3]]]).astype(np.float32))
    assert evaluate_word_analogies(toy, [": gender", "Man woman king queen"])[0] == 1.0


def test_unknown_words_are_skipped_or_wrong(make_toy):
    toy = make_toy(SQUARE, SQUARE_VECTORS)
    lines = [": gender", "man woman king queen", "man woman king duchess"]
    score, sections = evaluate_word_analogies(toy, lines)
    assert (score, sections[-1]["incorrect"]) == (1.0, [])
    score, sections = evaluate_word_analogies(toy, lines, dummy4unknown=True)
    assert (score, sections[-1]["incorrect"]) == (0.5, [("MAN", "WOMAN", "KING", "DUCHESS")])


def test_restrict_vocab_limits_questions_and_answers(make_toy):
    toy = make_toy(SQUARE, SQUARE_VECTORS)
    lines = [": gender", "man woman king queen", "man woman king apple"]
    assert evaluate_word_analogies(toy, lines, restrict_vocab=3)[1][-1]["correct"] == []
    assert evaluate_word_analogies(toy, lines, restrict_vocab=None)[0] == 0.5


def test_a_line_before_the_first_section_is_an_error(make_toy):
    with pytest.raises(FormatError, match="Missing section header before line #2"):
        evaluate_word_analogies(make_toy(SQUARE, SQUARE_VECTORS), ["", "man woman king queen"])
    with pytest.raises(ValueError, match="Missing section header"):
        evaluate_word_analogies(make_toy(SQUARE, SQUARE_VECTORS), [":gender", "man woman king queen"])


@pytest.mark.parametrize("lines", [[], ["", " "], [": empty"]])
@pytest.mark.parametrize("dummy4unknown", [False, True])
def test_a_file_without_questions_scores_zero(make_toy, lines, dummy4unknown):
    score, sections = evaluate_word_analogies(
        make_toy(SQUARE, SQUARE_VECTORS), lines, dummy4unknown=dummy4unknown
    )
    assert score == 0.0
    assert sections[-1] == {"section": "Total accuracy", "correct": [], "incorrect": []}


@pytest.mark.parametrize(
    "line", ["only three words", "man,woman,king,queen", "man;woman;king;queen", "man woman king queen x"]
)
def test_lines_of_which_none_is_a_question_are_an_error(make_toy, line):
    """gensim divides by zero."""
    with pytest.raises(FormatError, match=r"^<lines>:3: expected 4 words, found \d, and no line has four"):
        evaluate_word_analogies(make_toy(SQUARE, SQUARE_VECTORS), [": odd", "", line, line])


def test_questions_of_unknown_words_score_zero(make_toy):
    score, sections = evaluate_word_analogies(make_toy(SQUARE, SQUARE_VECTORS), [": far", "a b c d"])
    assert score == 0.0
    assert sections[-1] == {"section": "Total accuracy", "correct": [], "incorrect": []}


def test_the_embedding_is_not_changed(make_toy):
    toy = make_toy(SQUARE, SQUARE_VECTORS.copy())
    keys, index = toy.index_to_key.copy(), toy.key_to_index.copy()
    toy.vectors.flags.writeable = False
    evaluate_word_analogies(toy, [": gender", "man woman king queen"])
    assert (toy.index_to_key, toy.key_to_index) == (keys, index)
    np.testing.assert_array_equal(toy.vectors, SQUARE_VECTORS)


@pytest.mark.parametrize("dtype", [np.float16, np.float32, np.float64])
def test_dtypes_strides_and_zero_rows(make_toy, dtype):
    padded = np.zeros((6, 8), dtype=dtype)
    padded[:5, :3] = SQUARE_VECTORS
    toy = make_toy([*SQUARE, "nothing"], padded[:, :3])
    score, sections = evaluate_word_analogies(
        toy, [": gender", "man woman king queen", "man nothing king queen"]
    )
    assert sections[0]["correct"] == [("MAN", "WOMAN", "KING", "QUEEN")]
    assert score == 0.5


def test_keys_that_are_not_str_are_never_asked(make_toy):
    toy = make_toy([0, *SQUARE], np.vstack([[[0, 0, -1]], SQUARE_VECTORS]).astype(np.float32))
    assert evaluate_word_analogies(toy, [": gender", "man woman king queen", "0 woman king queen"])[0] == 1.0


def test_compressed_file_with_byte_order_mark_and_crlf(make_toy, tmp_path):
    path = tmp_path / "questions.txt.gz"
    path.write_bytes(gzip.compress(b"\xef\xbb\xbf: gender\r\nman woman king queen\r\n"))
    assert evaluate_word_analogies(make_toy(SQUARE, SQUARE_VECTORS), path)[0] == 1.0


def test_wrong_encoding_names_the_line(make_toy, tmp_path):
    path = tmp_path / "questions.txt"
    path.write_bytes(b": gender\nman wom\xe4n king queen\n")
    with pytest.raises(FormatError, match=r"questions\.txt:2: expected text in utf8, found byte 0xe4"):
        evaluate_word_analogies(make_toy(SQUARE, SQUARE_VECTORS), path)


@settings(max_examples=40, deadline=None)
@given(st.permutations(list(range(12))), st.integers(0, 2**32 - 1))
def test_the_order_of_the_vocabulary_does_not_matter(order, seed):
    rng = np.random.default_rng(seed)
    words = [f"w{i}" for i in range(12)]
    vectors = rng.normal(size=(12, 6)).astype(np.float32)
    lines = [": all", *(" ".join(quad) for quad in itertools.permutations(words[:5], 4))]

    class Plain:
        key_to_index: dict[str, int] = {}  # noqa: RUF012 - never filled

        def __init__(self, rows):
            self.vectors, self.index_to_key = vectors[rows], [words[row] for row in rows]

    result = evaluate_word_analogies(Plain(list(range(12))), lines)
    assert result == evaluate_word_analogies(Plain(order), lines)
    assert result[0] == section_accuracy(result[1][-1])


def random_pairs(words, n_pairs, seed):
    rng = np.random.default_rng(seed)
    pairs = [pair for pair in rng.choice(words, (n_pairs, 2)) if pair[0].upper() != pair[1].upper()]
    return [f"{left}\t{right}\t{rng.uniform(0, 10):.2f}" for left, right in pairs]


@pytest.mark.parity
@pytest.mark.parametrize("dummy4unknown", [False, True])
@pytest.mark.parametrize("case_insensitive", [False, True])
@pytest.mark.parametrize("restrict_vocab", [12, 300000])
def test_word_pairs_equal_gensims(
    make_toy, as_gensim, write_text, restrict_vocab, case_insensitive, dummy4unknown
):
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
def test_word_pairs_equal_gensims_on_real_suites(make_toy, as_gensim, data_dir, name):
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


def test_word_pairs_change_no_embedding(make_toy):
    toy = make_toy(["cat", "dog", "car"])
    toy.vectors.flags.writeable = False
    before = toy.key_to_index.copy()
    evaluate_word_pairs(toy, ["cat\tdog\t9", "cat\tcar\t1", "dog\tcar\t2"])
    assert toy.key_to_index == before


def test_parse_skips_what_is_no_judgement():
    lines = ["# c", "a\tb\t1.5", "a\tb", "a\tb\tc", "", "a\tb\t1\t2", "a b 3"]
    assert parse_word_pairs(lines) == [("A", "B", 1.5)]
    assert parse_word_pairs(lines, case_insensitive=False) == [("a", "b", 1.5)]
