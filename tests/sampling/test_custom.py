"""Functions of the user's own: C without the GIL, numba, Python blocks."""

from __future__ import annotations

import ctypes

import numpy as np
import pytest
from scipy import LowLevelCallable
from scipy.stats import chisquare

from ns2vec import Word2Vec
from ns2vec.exceptions import ConfigError
from ns2vec.sampling import FromCallable, LowLevel, Mixed, Pool, Unigram

SMALL = {"min_count": 1, "vector_size": 8, "sample": 0, "workers": 1, "sg": 1}


def trained(sentences, sampler, **options):
    return Word2Vec(sentences, sampler=sampler, **(SMALL | options))


def test_a_ctypes_function_draws(data, double_draw):
    bound = LowLevel(double_draw).bind(data)
    assert bound.sample(5).tolist() == [0, 1, 0, 1, 0]


@pytest.mark.parametrize("returned", [-3, 0, 2])
def test_how_many_it_wrote_is_believed(data, low_level, returned):
    def draw(user_data, centre, context, hidden, k, rows, log_q, rng):
        for i in range(k):
            rows[i] = 7
        return returned

    assert LowLevel(low_level(draw)).bind(data).sample(5).tolist() == [7] * max(returned, 0)


def test_more_than_asked_for_is_cut(data, low_level):
    def draw(user_data, centre, context, hidden, k, rows, log_q, rng):
        rows[0] = 3
        return 100

    assert len(LowLevel(low_level(draw)).bind(data).sample(1)) == 1


def test_what_it_is_told(sentences, low_level):
    """Centre, context and k as the window has them, hidden only when asked for."""
    seen = []

    def draw(user_data, centre, context, hidden, k, rows, log_q, rng):
        seen.append((centre, context, k, bool(hidden), bool(log_q), bool(rng)))
        return 0

    sentence = [["a", "b", "b"]]  # b is row 0, a row 1
    trained(sentence, LowLevel(low_level(draw)), epochs=1, negative=4, window=1)
    assert seen == [(row, -1, 4, False, False, True) for row in (1, 0, 0)]
    seen.clear()
    sampler = LowLevel(low_level(draw), wants_hidden=True)
    trained(sentence, sampler, epochs=1, negative=4, negative_sharing="pair", window=1)
    assert seen == [(row, context, 4, True, False, True) for row, context in ((1, 0), (0, 1), (0, 0), (0, 0))]
    seen.clear()
    trained([["a", "b"]], LowLevel(low_level(draw), tells_log_q=True), epochs=1, objective="nce")
    assert {entry[4] for entry in seen} == {True}


@pytest.mark.parametrize("options", [{"sg": 0}, {"sg": 1}, {"sg": 1, "negative_sharing": "pair"}], ids=str)
def test_hidden_is_the_mean_of_the_input_rows(low_level, options):
    """Of the whole window, or the one row of a pair, before the step."""
    seen = []

    def draw(user_data, centre, context, hidden, k, rows, log_q, rng):
        seen.append(np.array(hidden[:16]))
        return 0

    model = Word2Vec(**(SMALL | options), sampler=LowLevel(low_level(draw), wants_hidden=True), window=2)
    sentence = ["a", "b", "c"]
    model.shrink_windows = False
    model.build_vocab([sentence])
    before = model.wv[sentence]
    model.train([sentence], total_words=3, epochs=1)
    first = before[[1]] if options.get("negative_sharing") == "pair" else before[[1, 2]]
    np.testing.assert_allclose(seen[0][:8], first.mean(axis=0), rtol=1e-6)
    assert not seen[0][8:].any()


def test_probabilities_are_used_by_objectives_that_need_them(sentences, double_draw):
    with pytest.raises(ConfigError, match="objective='nce' needs probabilities of negatives"):
        trained(sentences, double_draw, objective="nce")
    told = LowLevel(double_draw, [0.5, 0.5, 0, 0])
    other = LowLevel(double_draw, [0.9, 0.1, 0, 0])
    vectors = [trained(sentences, one, objective="nce").wv.vectors for one in (told, other)]
    assert np.isfinite(vectors[0]).all()
    assert not np.array_equal(*vectors)


def test_log_q_of_the_function_equals_that_of_a_table(sentences, low_level):
    """A uniform function that reports its probabilities, and the same with `probabilities`."""

    def draw(user_data, centre, context, hidden, k, rows, log_q, rng):
        for i in range(k):
            rows[i] = (centre + 1 + i) % 4
            if log_q:
                log_q[i] = np.log(0.25)
        if log_q:
            log_q[k] = np.log(0.25)
        return k

    function = low_level(draw)
    options = {"objective": "sampled_softmax", "negative": 3}
    telling = trained(sentences, LowLevel(function, tells_log_q=True), **options)
    given = trained(sentences, LowLevel(function, np.ones(4)), **options)
    np.testing.assert_allclose(telling.wv.vectors, given.wv.vectors, rtol=1e-5)


@pytest.mark.parametrize("workers", [1, 2])
@pytest.mark.parametrize("row", [-1, 4, 2**31 - 1])
def test_a_row_outside_the_vocabulary_is_an_error(sentences, low_level, row, workers):
    def draw(user_data, centre, context, hidden, k, rows, log_q, rng):
        rows[0] = row
        return 1

    with pytest.raises(ValueError, match=f"the sampler drew row {row}, but rows go from 0 to 3"):
        trained(sentences, low_level(draw), workers=workers)


@pytest.mark.parametrize("row", [-7, 10**6])
def test_such_a_row_inside_a_mixture_reads_nothing_outside(sentences, low_level, row):
    """With probabilities asked for one by one, so that every part is asked about the row."""

    def draw(user_data, centre, context, hidden, k, rows, log_q, rng):
        rows[0] = row
        return 1

    own = LowLevel(low_level(draw), np.ones(4))
    parts = [(own, 0.5), (Pool({"a": ["b"]}, fallback=own), 0.25), (Unigram(), 0.25)]
    with pytest.raises(ValueError, match=f"the sampler drew row {row}"):
        trained(sentences, Mixed(parts), objective="nce")


def test_a_sampler_that_looks_at_the_model_draws_in_training_only(data, double_draw):
    bound = LowLevel(double_draw, wants_hidden=True).bind(data)
    with pytest.raises(ConfigError, match="looks at the model: it draws in training only"):
        bound.sample(3)
    with pytest.raises(ConfigError, match="it draws in training only"):
        bound.report()


WRONG = [
    (ctypes.c_double, [ctypes.c_void_p]),
    (ctypes.c_int, [ctypes.c_void_p] * 8),
    (ctypes.c_int64, [*[ctypes.c_void_p, ctypes.c_int, ctypes.c_int] * 2, ctypes.c_void_p, ctypes.c_void_p]),
]


@pytest.mark.parametrize(("result", "arguments"), WRONG)
def test_another_signature_is_refused(result, arguments):
    function = LowLevelCallable(ctypes.CFUNCTYPE(result, *arguments)(lambda *given: 0))
    with pytest.raises(ConfigError, match="expected a function int f"):
        LowLevel(function)


@pytest.mark.parametrize("given", [len, (1, 2), "unigram"])
def test_what_is_no_low_level_callable(given):
    with pytest.raises(ConfigError, match=r"expected a scipy\.LowLevelCallable"):
        LowLevel(given)


@pytest.mark.parametrize("given", [[1, 2], [-1, 1, 1, 1], [0, 0, 0, 0]])
def test_probabilities_that_are_none(sentences, double_draw, given):
    with pytest.raises(ConfigError, match="probabilities must be 4 numbers of at least 0"):
        trained(sentences, LowLevel(double_draw, given))


@pytest.mark.statistical
@pytest.mark.filterwarnings("ignore")
def test_a_numba_function_draws_what_the_built_in_does(sentences, data):
    """A copy of the alias table's draw: the same stream, so the same rows."""
    numba = pytest.importorskip("numba")
    types = numba.types
    table = np.ascontiguousarray(Unigram().bind(data).source.alias)

    def draw(user_data, centre, context, hidden, k, rows, log_q, rng):
        alias = numba.carray(user_data, (10, 2), np.uint32)
        for i in range(k):
            rng[0] += numba.uint64(0x9E3779B97F4A7C15)
            z = rng[0]
            z = (z ^ (z >> numba.uint64(30))) * numba.uint64(0xBF58476D1CE4E5B9)
            z = (z ^ (z >> numba.uint64(27))) * numba.uint64(0x94D049BB133111EB)
            z = z ^ (z >> numba.uint64(31))
            column = ((z >> numba.uint64(32)) * numba.uint64(10)) >> numba.uint64(32)
            low = z & numba.uint64(0xFFFFFFFF)
            rows[i] = column if low < alias[column, 0] else alias[column, 1]
        return k

    pointer = types.CPointer
    signature = types.int32(
        types.voidptr, types.int32, types.int32, pointer(types.float32), types.int32,
        pointer(types.int32), pointer(types.float32), pointer(types.uint64),
    )  # fmt: skip
    compiled = numba.cfunc(signature)(draw)
    own = LowLevel(LowLevelCallable(compiled.ctypes, table.ctypes.data_as(ctypes.c_void_p)))
    drawn = own.bind(data).sample(100_000, seed=3)
    assert drawn.tolist() == Unigram().bind(data).sample(100_000, seed=3).tolist()
    assert chisquare(np.bincount(drawn, minlength=10), data.noise * 100_000).pvalue > 1e-3


# ---- Python functions --------------------------------------------------------------------------------


def uniform(n, generator):
    return generator.integers(0, 4, n)


def test_a_python_function_repeats_itself_for_a_seed(sentences):
    calls = []

    def noting(n, generator):
        calls.append(n)
        return uniform(n, generator)

    runs = [trained(sentences, one, batch_words=50, workers=1).wv.vectors for one in (noting, uniform)]
    assert np.array_equal(*runs)
    assert len(calls) >= 5 * 4  # 210 words in chunks of about 50, 5 epochs
    assert not np.array_equal(runs[0], trained(sentences, uniform, batch_words=50, seed=2).wv.vectors)


@pytest.mark.parametrize("sharing", ["window", "pair"])
@pytest.mark.parametrize("workers", [1, 3])
def test_a_python_function_trains(sentences, workers, sharing):
    model = trained(
        sentences,
        FromCallable(uniform, np.ones(4)),
        workers=workers,
        negative_sharing=sharing,
        objective="nce",
    )
    assert np.isfinite(model.wv.vectors).all()
    assert np.abs(model.syn1neg).min(axis=1).all()


def test_negatives_do_not_run_out_when_many_collide():
    """Two words: half of the draws hit the centre and are drawn again from the same block."""
    model = trained(
        [["a", "b"] * 20] * 5, lambda n, generator: generator.integers(0, 2, n), epochs=1, alpha=0.01
    )
    again = trained([["a", "b"] * 20] * 5, "uniform", epochs=1, alpha=0.01)
    # as many updates, so outputs as long
    assert np.linalg.norm(model.syn1neg) == pytest.approx(np.linalg.norm(again.syn1neg), rel=0.05)


@pytest.mark.parametrize(
    ("function", "message"),
    [
        (lambda n, generator: np.zeros(n - 1, int), r"must return \d+ whole numbers, got shape"),
        (lambda n, generator: np.zeros(n), "whole numbers, got shape .* of float64"),
        (lambda n, generator: np.full(n, 4), "must return rows from 0 to 3, got 4 to 4"),
        (lambda n, generator: np.full(n, -1), "must return rows from 0 to 3, got -1 to -1"),
        (lambda n, generator: np.full(n, 2**32), "must return rows from 0 to 3, got 4294967296"),
    ],
)
def test_what_a_python_function_may_not_return(sentences, function, message):
    with pytest.raises(ConfigError, match=message):
        trained(sentences, function)


class Overriding(Word2Vec):
    def _do_train_job(self, sentences, alpha, inits):
        return super()._do_train_job(sentences, alpha, inits)


@pytest.mark.parametrize("workers", [1, 2])
@pytest.mark.parametrize("model_class", [Word2Vec, Overriding])
def test_its_exception_reaches_the_caller(sentences, workers, model_class):
    def failing(n, generator):
        raise LookupError("the cache went away")

    with pytest.raises(LookupError, match="the cache went away"):
        model_class(sentences, sampler=failing, **(SMALL | {"workers": workers}))


@pytest.mark.parametrize(
    "sampler", [uniform, "mixed:unigram=0.5,batch=0.5", Pool({"a": ["b"]})], ids=["function", "mixed", "pool"]
)
@pytest.mark.parametrize("objective", ["negative_sampling", "sampled_softmax", "softmax"])
def test_batches_of_a_subclass_train_alike(sentences, sampler, objective):
    options = SMALL | {"objective": objective, "batch_words": 10_000}
    if callable(sampler):
        sampler = FromCallable(sampler, np.ones(4))
    models = [made(sentences, sampler=sampler, **options) for made in (Word2Vec, Overriding)]
    np.testing.assert_allclose(models[0].wv.vectors, models[1].wv.vectors, rtol=1e-4, atol=1e-6)
