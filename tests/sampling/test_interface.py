"""What a draw function of one's own is shown, field by field, and what it may say."""

from __future__ import annotations

import ctypes
import itertools
import sys

import numpy as np
import pytest

from ns2vec import Word2Vec, _kernels
from ns2vec.inputs import Bags
from ns2vec.objectives import OBJECTIVES
from ns2vec.sampling import AwareSampler, NoiseData, Uniform
from ns2vec.sampling.interface import DRAW, FunctionDraws, c_sampler
from ns2vec.training.network import make_noise
from ns2vec.training.units import composed

N_WORDS = 12


class Shown(AwareSampler):
    """Draws two rows that may be negatives, with weights 0.5 and 2, and keeps what it saw."""

    def __init__(self, **options):
        super().__init__(**options)
        self.seen = []

    def draws(self, base):
        below = c_sampler(base)

        def draw(this, at, k, rows, log_q):
            request = at.contents
            view, counts = request.view.contents, request.counts.contents
            found = (ctypes.c_int32 * 40)()
            n = below.contents.draw(below, at, 40, found, None)
            good = [row for row in dict.fromkeys(found[:n]) if request.may_be_negative(row)][:2]
            everything = range(N_WORDS)
            self.seen.append({
                "n_rows": this.contents.n_rows, "centre": request.centre, "context": request.context, "k": k,
                "hidden": np.ctypeslib.as_array(request.hidden, (view.stride,)).copy(),
                "inputs": np.array([view.input(row) for row in everything]),
                "outputs": np.array([view.output(row) for row in everything]),
                "scores": request.scores(everything), "width": view.width, "n_hot": view.n_hot,
                "allowed": [row for row in everything if request.may_be_negative(row)], "rng": request.rng[0],
            })  # fmt: skip
            for place, row in enumerate(good):
                rows[place], request.weights[place] = row, (0.5, 2.0)[place]
            counts.n_sets += 1
            counts.n_short += len(good) < k
            counts.n_scores += N_WORDS
            counts.n_hits += 2
            counts.n_refreshes += 3
            counts.age += 4
            counts.n_losses += 5
            counts.loss += 0.25
            return len(good)

        return FunctionDraws(draw, base.n_rows)


@pytest.mark.parametrize("combine", ["mean", "sum"])
def test_vectors_that_are_made_of_rows_are_shown_whole(combine):
    rng = np.random.default_rng(3)
    inputs, rows = rng.standard_normal((2, N_WORDS, 16)).astype(np.float32)
    lists = [[0, *range(i, min(i + i % 3, N_WORDS))] for i in range(N_WORDS)]
    ends = np.cumsum([0, *map(len, lists)])
    bags = Bags(ends, np.array(list(itertools.chain(*lists)), np.int32))
    sampler = Shown(base="uniform")
    bound = sampler.bind(NoiseData.of_counts([4] * N_WORDS))
    noise = make_noise(bound, OBJECTIVES["negative_sampling"], other_inputs=True)
    outputs = _kernels.UnitMatrix(rows, **bags._asdict(), combine=combine)
    kernel = _kernels.Kernel(inputs, [_kernels.Sampled(outputs, noise, 3)])
    kernel.draw(np.int32([2]), contexts=np.int32([1]), work=_kernels.Workspace(kernel, 10))
    (seen,) = sampler.seen
    expected = composed(bags, rows, combine)
    np.testing.assert_allclose(seen["outputs"], expected, rtol=1e-5, atol=1e-6)
    np.testing.assert_array_equal(seen["inputs"], seen["outputs"])
    np.testing.assert_allclose(seen["scores"], expected @ inputs[1], rtol=1e-4, atol=1e-5)


@pytest.mark.parametrize("hot_rows", [0, 5])
def test_every_field_is_where_the_header_has_it(hot_rows):
    rng = np.random.default_rng(3)
    inputs, outputs = rng.standard_normal((2, N_WORDS, 16)).astype(np.float32)
    sampler = Shown(base="uniform", exclude={2: [3, 7], 5: [1]})
    noise = make_noise(sampler.bind(NoiseData.of_counts([4] * N_WORDS)), OBJECTIVES["negative_sampling"])
    kernel = _kernels.Kernel(inputs, [_kernels.Sampled(outputs, noise, 3)], seed=1, hot_rows=hot_rows)
    work = _kernels.Workspace(kernel, 10)
    centres, contexts = np.array([2, 5, 0], np.int32), np.array([1, 4, 6], np.int32)
    rows, weights, _ = kernel.draw(centres, contexts=contexts, work=work)
    for seen, centre, context in zip(sampler.seen, centres, contexts, strict=True):
        assert (seen["n_rows"], seen["centre"], seen["k"], seen["width"]) == (N_WORDS, centre, 3, 16)
        assert (seen["context"], seen["n_hot"]) == (context, hot_rows)
        np.testing.assert_array_equal(seen["hidden"], inputs[context])
        np.testing.assert_array_equal(seen["inputs"], inputs)
        np.testing.assert_array_equal(seen["outputs"], outputs)
        np.testing.assert_allclose(seen["scores"], outputs @ inputs[context], rtol=1e-4, atol=1e-5)
        assert seen["allowed"] == sorted(set(range(N_WORDS)) - {centre, *sampler.exclude.get(centre, [])})
    assert len({seen["rng"] for seen in sampler.seen}) == 3
    np.testing.assert_array_equal(weights[:, 1:], [[0.5, 2.0, 0.0]] * 3)
    assert (rows[:, 3] == -1).all()
    assert work.take_counts() == {
        "n_sets": 3, "n_short": 3, "n_scores": 3 * N_WORDS, "n_hits": 6, "n_refreshes": 9, "age": 12,
        "n_losses": 15, "loss": 0.75,
    }  # fmt: skip


def test_words_of_the_window_are_shown(sentences):
    sampler = Shown(base="uniform", exclude="window")
    model = Word2Vec(min_count=1, vector_size=8, sg=1, sampler=sampler, workers=1, sample=0, negative=2)
    model.build_vocab([[*sentence, *"efghijkl"] for sentence in sentences])
    model.train([["a", "b", "c"]], total_examples=1, epochs=1)
    words = {model.wv.key_to_index[word] for word in "abc"}
    assert any(words.isdisjoint(seen["allowed"]) for seen in sampler.seen)
    assert model.bound_sampler().report()["sets"] == len(sampler.seen)


def test_a_function_by_its_address():
    function = DRAW(lambda this, at, k, rows, log_q: 0)
    draws = FunctionDraws(DRAW(ctypes.cast(function, ctypes.c_void_p).value), 7)
    assert c_sampler(draws).contents.n_rows == 7


def test_a_sampler_lives_as_long_as_its_pointer():
    """If the base were freed, the pointer would lead to memory that is not ours."""
    draws = Uniform().bind(NoiseData.of_counts([1, 2, 3])).source.draws
    alive = sys.getrefcount(draws)
    pointer = c_sampler(draws)
    assert sys.getrefcount(draws) > alive
    assert pointer.contents.n_rows == 3
