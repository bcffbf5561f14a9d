"""Every sampler in the training loops against the oracle, with every objective that draws."""

from __future__ import annotations

import numpy as np
import pytest

from ns2vec import _kernels
from ns2vec.exceptions import ConfigError
from ns2vec.objectives import OBJECTIVES
from ns2vec.sampling import (
    SAMPLERS,
    Adaptive,
    Batch,
    Dynamic,
    FromCallable,
    Hard,
    Mixed,
    NoiseData,
    Pool,
    Uniform,
    Unigram,
    make_sampler,
)
from ns2vec.training.network import make_noise

SAMPLED = [name for name, objective in OBJECTIVES.items() if objective.outputs == "sampled"]
LISTS = {0: [3, 4, 5], 2: [1, 7, 8, 9, 20, 21], 5: [0], 9: list(range(12, 29)), 29: [28]}
KINDS = ("allowed", "forbidden", "explicit")
CASES = {
    **{name: name for name in SAMPLERS if name not in ("pool", "mixed")},
    "short batches": "batch:size=7",
    "shared pool": "batch:size=16,pool=8",
    **{f"pool {kind}": Pool(LISTS, kind=kind) for kind in KINDS},
    **{f"pool {kind} by context": Pool(LISTS, kind=kind, key="context") for kind in KINDS},
    "mixed": "mixed:unigram=0.7,uniform=0.3",
    "mixed with batch": Mixed(unigram=0.5, batch=0.5),
    "mixed with pool": Mixed([(Pool(LISTS), 0.4), (Uniform(), 0.6)]),
    "excluded": Unigram(exclude=LISTS),
    "window excluded": Uniform(exclude="window"),
    "dynamic top": "dynamic:m=6,top=3",
    "dynamic softmax": "dynamic:m=5,temperature=0.4,base=uniform",
    "dynamic of a mixture": Dynamic(m=3, base="mixed:unigram=0.5,uniform=0.5"),
    "dynamic excluded": Dynamic(m=4, exclude=LISTS),
    "dynamic window excluded": Dynamic(m=4, exclude="window"),
    "hard ranks": "hard:near=input,m=20,first=2,last=9,margin=0,duplicates=1",
    "hard positive": "hard:near=positive,m=24,margin=0.3,last=8",
    "hard excluded": Hard(m=24, near="input", exclude=LISTS),
    "adaptive half": "adaptive:m=5,start=0.5",
    "adaptive rank": "adaptive:form=rank,scale=0.2",
    "adaptive rank excluded": Adaptive(form="rank", exclude=LISTS),
    "cached kept": "cached:size=4,extra=6,every=3,keep=1",
    "cached softmax": "cached:size=5,extra=9,every=2,temperature=0.5,keep=1",
    "cached clusters": "cached:size=6,extra=10,clusters=8,exclude=window",
    "self_adversarial strong": "self_adversarial:alpha=4",
    "mixed with dynamic": Mixed([(Dynamic(m=4), 0.5), (Uniform(), 0.5)]),
    **{f"{policy} collisions": Unigram(on_collision=policy) for policy in ("redraw", "skip", "keep")},
}


LOOPS = [(False, "window"), (False, "pair"), (True, "window")]
# Loops request draws, and links weight what was drawn: each sampler is tested in every loop with one
# objective, and every objective in one loop, which differs from sampler to sampler. Only pairs have a context
# of their own.
COMBINATIONS = [
    (name, objective, *loop)
    for place, name in enumerate(CASES)
    for number, loop in enumerate(LOOPS)
    for objective in SAMPLED
    if (loop[1] == "pair" if "context" in name else objective == SAMPLED[0] or number == place % len(LOOPS))
]


def looks_at_the_model(sampler):
    data = NoiseData.of_counts(np.arange(30, 0, -1))
    return make_sampler(sampler).source(data).wants_hidden


@pytest.mark.parametrize(("name", "objective", "pooled", "sharing"), COMBINATIONS)
def test_same_weights_as_oracle(
    make_case, random_sentences, train_both, assert_same_weights, name, objective, pooled, sharing
):
    if OBJECTIVES[objective].with_offsets and looks_at_the_model(CASES[name]):
        with pytest.raises(ConfigError, match="needs probabilities of negatives"):
            make_case(objective, CASES[name])
        return
    case = make_case(objective, CASES[name], pooled=pooled, negative_sharing=sharing)
    before = case.arrays["syn1neg"].copy()
    fast, slow = train_both(case, random_sentences(), alpha=0.05)
    assert fast[2] == pytest.approx(slow[1], rel=1e-5)
    assert_same_weights(case)
    assert np.abs(case.arrays["syn1neg"] - before).max() > 0.01


@pytest.mark.parametrize("backend", ["blas", "gemm"])
def test_samplers_that_look_at_the_model_serve_every_back_end(
    make_case, random_sentences, train_both, assert_same_weights, backend
):
    case = make_case("negative_sampling", "dynamic:m=4", backend=backend)
    train_both(case, random_sentences(), alpha=0.05)
    assert_same_weights(case)


def test_every_sampler_of_the_registry_is_compared():
    assert all(any(case.startswith(name) for case in CASES) for name in SAMPLERS)


def kernel_with(sampler, negative=5, n_words=30, seed=1, sharing="window"):
    """A skip-gram kernel with small random weights."""
    data = NoiseData.of_counts(np.arange(n_words, 0, -1) * 5)
    noise = make_noise(sampler.bind(data), OBJECTIVES["negative_sampling"])
    rows = np.random.default_rng(0).standard_normal((2, n_words, 16)).astype(np.float32)
    kernel = _kernels.Kernel(
        rows[0].copy(),
        [_kernels.Sampled(rows[1].copy(), noise, negative)],
        seed=seed,
        negative_sharing=sharing,
    )
    return kernel, _kernels.Workspace(kernel, 1000)


def drawn_by(sampler, centres, **options):
    kernel, work = kernel_with(sampler, **options)
    return kernel.draw(np.asarray(centres, np.int32), work=work)


def test_collision_policies():
    """Uniform over two words: half of the draws hit the centre."""
    centres = np.zeros(400, np.int32)
    policies = ("redraw", "skip", "keep")
    weights = {p: drawn_by(Uniform(on_collision=p), centres, n_words=2)[1] for p in policies}
    assert (weights["redraw"][:, 1] == 5).mean() > 0.99
    assert (weights["redraw"][:, 0] == 1).all()
    assert 2.2 < weights["skip"][:, 1].mean() < 2.8
    assert (weights["skip"][:, 0] == 1).all()
    assert 2.2 < weights["keep"][:, 0].mean() - 1 < 2.8
    assert (weights["keep"].sum(axis=1) == 6).all()


def test_the_filter_keeps_false_negatives_out():
    centres = np.tile(np.arange(30, dtype=np.int32), 30)
    excluded = {word: [0, 1, 2, 3, (word + 1) % 30] for word in range(30)}
    plain, filtered = drawn_by(Unigram(), centres)[0], drawn_by(Unigram(exclude=excluded), centres)[0]

    def n_false(rows):
        return sum(bool(set(excluded[row[0]]) & set(row[1:].tolist())) for row in rows)

    assert n_false(plain) > 400
    assert n_false(filtered) == 0


def test_the_window_is_excluded_from_its_negatives():
    """Two words that fill every window: nothing is left to draw."""
    sampler = Uniform(exclude="window", on_collision="skip")
    kernel, work = kernel_with(sampler, n_words=2)
    before = kernel.draw(np.array([0, 1], np.int32), work=work)[1]
    assert before[:, 1].any()  # outside of windows there is nothing to exclude
    other, again = kernel_with(Uniform(), n_words=2)
    words = np.array([0, 1, 0, 1, -1], np.int32)
    losses = []
    for one, space in ((kernel, work), (other, again)):
        one.train(words, 0.1, work=space)
        losses.append(one.draw(np.array([0], np.int32), work=space)[1].sum())
    assert losses[0] <= losses[1]


def test_a_python_sampler_is_used_in_order_and_then_from_the_start():
    kernel, work = kernel_with(FromCallable(lambda n, generator: np.zeros(n, np.int32)), negative=3)
    block = np.array([4, 5, 6, 7, 8], np.int32)
    rows, weights, _ = kernel.draw(np.array([0, 1], np.int32), work=work, block=block)
    assert rows.tolist() == [[0, 4, 5, 6], [1, 7, 8, 4]]
    assert weights.tolist() == [[1, 1, 1, 1], [1, 1, 1, 1]]
    assert kernel.draw(np.array([0], np.int32), work=work)[0].tolist() == [[0, -1, -1, -1]]


def test_offsets_are_log_k_q():
    data = NoiseData.of_counts([60, 30, 10])
    bound = Unigram(exponent=1.0, on_collision="skip").bind(data)
    for name in ("nce", "sampled_softmax"):
        noise = make_noise(bound, OBJECTIVES[name])
        rows = np.zeros((3, 16), np.float32)
        kernel = _kernels.Kernel(rows, [_kernels.Sampled(rows.copy(), noise)])
        drawn, _, offsets = kernel.draw(np.zeros(50, np.int32), work=_kernels.Workspace(kernel, 100))
        for row, q in ((0, 0.6), (1, 0.3), (2, 0.1)):
            np.testing.assert_allclose(offsets[drawn == row], np.log(5 * q), rtol=1e-5)


def test_batches_do_not_leave_their_words():
    centres = np.repeat(np.arange(30, dtype=np.int32), 10)
    rows = drawn_by(Batch(size=50), centres)[0]
    for start in range(0, 300, 50):
        members = set(centres[start : start + 50].tolist()) | {-1}
        assert set(rows[start : start + 50].ravel().tolist()) <= members
