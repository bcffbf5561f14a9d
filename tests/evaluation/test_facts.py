"""The facts corpus: what the rest of the tests may rely on."""

from __future__ import annotations

import hashlib
import itertools
from collections import Counter

import numpy as np
import pytest

from ns2vec.evaluation import evaluate_word_analogies, facts_corpus
from ns2vec.evaluation.facts import DEMO_PARAMETERS
from ns2vec.evaluation.gensim_protocol import parse_analogies, parse_word_pairs
from ns2vec.exceptions import ConfigError


@pytest.fixture(scope="module")
def corpus():
    return facts_corpus(n_types=1500, seed=1, n_words=200_000)


@pytest.fixture(scope="module")
def counts(corpus):
    return Counter(word for sentence in corpus.sentences() for word in sentence)


def written(corpus, folder):
    folder.mkdir()
    paths = folder / "corpus.txt", folder / "questions.txt", folder / "pairs.tsv"
    n_lines = (
        corpus.write_corpus(paths[0]),
        corpus.write_analogies(paths[1]),
        corpus.write_similarity(paths[2]),
    )
    return n_lines, [hashlib.sha256(path.read_bytes()).hexdigest() for path in paths]


def test_size_is_what_was_promised(corpus, counts):
    assert len(counts) == corpus.n_types == 1500
    assert set(counts) == set(corpus.tokens)
    assert sum(counts.values()) == corpus.n_words
    assert corpus.n_words == pytest.approx(200_000, rel=0.02)
    assert sum(1 for _ in corpus.sentences()) == len(corpus.sentences()) == corpus.n_sentences


def test_every_word_occurs_often_enough_for_min_count(counts):
    assert min(counts.values()) >= DEMO_PARAMETERS["min_count"]


@pytest.mark.parametrize(("n_types", "n_words"), [(1192, 30_000), (5000, 60_000)])
def test_a_short_corpus_still_has_every_type(n_types, n_words):
    words = {word for sentence in facts_corpus(n_types, 2, n_words).sentences() for word in sentence}
    assert len(words) == n_types


def test_the_vocabulary_grows_to_50_000():
    corpus = facts_corpus(n_types=50_000, n_words=600_000)
    assert len({word for sentence in corpus.sentences() for word in sentence}) == 50_000
    assert len(list(corpus.analogies())) > 1000


def test_default_length_grows_with_the_vocabulary():
    assert facts_corpus(1500).n_words == pytest.approx(1_000_000, rel=0.02)
    assert facts_corpus(5000).n_words == pytest.approx(1_500_000, rel=0.02)


def test_sentences_can_be_read_again(corpus):
    sentences = corpus.sentences()
    first = list(itertools.islice(sentences, 5000))
    assert first == list(itertools.islice(sentences, 5000))
    assert all(isinstance(word, str) for word in first[0])
    assert {len(sentence) for sentence in first} <= set(range(8, 15))


def test_the_seed_decides_and_no_global_state_is_touched(tmp_path):
    np.random.seed(7)  # noqa: NPY002 - the global state must stay as it is
    before = np.random.get_state()[1].copy()  # noqa: NPY002
    n_lines, digests = written(facts_corpus(1500, 3, 50_000), tmp_path / "a")
    assert (n_lines, digests) == written(facts_corpus(1500, 3, 50_000), tmp_path / "b")
    _, others = written(facts_corpus(1500, 4, 50_000), tmp_path / "c")
    assert all(digest != other for digest, other in zip(digests, others, strict=True))
    np.testing.assert_array_equal(np.random.get_state()[1], before)  # noqa: NPY002


def test_about_30_percent_are_fillers(corpus, counts):
    n_fillers = sum(counts[word] for word in corpus.world.fillers)
    assert 0.28 <= n_fillers / corpus.n_words <= 0.32


def test_frequencies_are_zipf_like(counts):
    frequencies = np.array(sorted(counts.values(), reverse=True), dtype=float)
    log_rank, log_count = np.log(np.arange(1, len(frequencies) + 1)), np.log(frequencies)
    slope = np.polyfit(log_rank, log_count, 1)[0]
    assert -1.5 < slope < -0.7
    assert np.corrcoef(log_rank, log_count)[0, 1] ** 2 > 0.85
    assert frequencies[0] > 200 * frequencies[-1]


def test_facts_apart_never_share_a_sentence_and_the_others_do(corpus):
    facts_of = {}
    for fact in corpus.facts:
        facts_of.setdefault(fact.right, []).append(fact)
    shared = Counter()
    for sentence in corpus.sentences():
        words = set(sentence)
        for word in words & facts_of.keys():
            shared.update(fact for fact in facts_of[word] if fact.left in words)
    apart = [fact for fact in corpus.facts if not fact.together]
    assert 0.5 <= len(apart) / len(corpus.facts) <= 0.55
    assert [fact for fact in apart if shared[fact]] == []
    assert [fact for fact in corpus.facts if fact.together and not shared[fact]] == []


def test_half_of_the_questions_ask_for_facts_apart(corpus):
    together = {(fact.left, fact.right): fact.together for fact in corpus.facts}
    halves = Counter()
    for section, (a, b, c, expected) in corpus.analogies():
        half = section.rpartition("-")[2]
        assert {together[a, b], together[c, expected]} == {half == "together"}
        assert a != c
        halves[half] += 1
    assert halves["apart"] == halves["together"] > 1000


def test_the_words_of_a_row_stand_near_their_markers_and_cues(corpus):
    country, markers = corpus.world.families[0], corpus.world.markers[0]
    near = {word: Counter() for word in country.rows[7]}
    for sentence in corpus.sentences():
        for word in near.keys() & set(sentence):
            near[word].update(sentence)
    for word, cues in zip(country.rows[7], country.cues, strict=True):
        assert min(near[word][neighbour] for neighbour in (*markers[7], *cues)) > 0


def test_written_files_are_read_by_the_evaluations(corpus, tmp_path):
    n_questions = corpus.write_analogies(tmp_path / "questions.txt")
    sections = parse_analogies(tmp_path / "questions.txt", case_insensitive=False)
    assert [(name, quad) for name, quads in sections for quad in quads] == list(corpus.analogies())
    assert n_questions == sum(len(quads) for _, quads in sections)
    n_pairs = corpus.write_similarity(tmp_path / "pairs.tsv")
    pairs = parse_word_pairs(tmp_path / "pairs.tsv", case_insensitive=False)
    assert pairs == list(corpus.similarities())
    assert n_pairs == len(pairs) > 500
    corpus.write_corpus(tmp_path / "corpus.txt")
    with open(tmp_path / "corpus.txt", encoding="utf8") as lines:
        assert all(line.split() == words for line, words in zip(lines, corpus.sentences(), strict=True))


def test_questions_are_answered_by_the_planted_structure(corpus, make_toy):
    """Vectors that are "side + row" by construction answer every question."""
    rng = np.random.default_rng(0)
    vectors = {}
    for family, markers in zip(corpus.world.families, corpus.world.markers, strict=True):
        sides = rng.normal(size=(len(family.sides), 300))
        for row in family.rows:
            row_vector = rng.normal(size=300)
            vectors.update({word: sides[i] + row_vector for i, word in enumerate(row) if word != "-"})
        assert len(markers) == len(family.rows)
    toy = make_toy(list(vectors), np.array(list(vectors.values()), dtype=np.float32))
    lines = []
    for section, quads in itertools.groupby(corpus.analogies(), key=lambda question: question[0]):
        lines += [f": {section}", *(" ".join(quad) for _, quad in quads)]
    score, sections = evaluate_word_analogies(toy, lines, dummy4unknown=True)
    assert score > 0.999
    assert len(sections[-1]["correct"]) > 2000


def test_similarity_follows_the_facts(corpus):
    fact = next(fact for fact in corpus.facts if fact.relation == "country-capital")
    other = next(other for other in corpus.facts if other.relation == "singular-plural")
    assert corpus.planted_similarity(fact.left, fact.left) == pytest.approx(10)
    assert corpus.planted_similarity(fact.left, other.left) == 0
    assert 1 < corpus.planted_similarity(fact.left, fact.right) < 9
    scores = [score for _, _, score in corpus.similarities()]
    assert min(scores) == 0
    assert max(scores) <= 10
    assert len(set(scores)) >= 4


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"n_types": 3}, "n_types must be at least"),
        ({"n_words": 1000}, "n_words must be at least"),
        ({"seed": -1}, "seed must be 0 or greater, got -1"),
    ],
)
def test_arguments_that_cannot_work(arguments, message):
    with pytest.raises(ConfigError, match=message):
        facts_corpus(**arguments)
