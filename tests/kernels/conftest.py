"""Small random models, once for the kernels (float32) and once for the oracle (float64)."""

from __future__ import annotations

import hashlib
import itertools
from types import SimpleNamespace

import numpy as np
import pytest

from ns2vec import _kernels, reference
from ns2vec.objectives import OBJECTIVES
from ns2vec.reference import aware, samplers
from ns2vec.sampling import AwareSampler, NoiseData, build_alias_table, make_sampler
from ns2vec.training.network import make_noise
from ns2vec.vocab.huffman import build_huffman


def padded(rng, n_rows, n_dims, scale=0.5):
    rows = np.zeros((n_rows, -(-n_dims // 16) * 16), np.float32)
    rows[:, :n_dims] = rng.standard_normal((n_rows, n_dims)) * scale
    return rows


def make_arrays(rng, n_words, n_dims, with_words, with_paths):
    """Weights and Huffman paths by the kernel's names, and the counts, which decrease with rank."""
    counts = np.sort(rng.integers(5, 200, n_words))[::-1].copy()
    arrays = {"syn0": padded(rng, n_words, n_dims)}
    if with_words:
        arrays["syn1neg"] = padded(rng, n_words, n_dims)
    if with_paths:
        huffman = build_huffman(counts)
        arrays["syn1"] = padded(rng, max(n_words - 1, 1), n_dims)
        arrays["path_offsets"] = huffman.offsets
        arrays["path_points"] = huffman.points
        arrays["path_codes"] = huffman.codes
    return arrays, counts


def oracle_arrays(arrays, n_dims):
    """The matrices in float64, by the kernel's names, and Huffman paths as lists."""
    matrices = {
        name: arrays[name][:, :n_dims].astype(np.float64)
        for name in ("syn0", "syn1neg", "syn1")
        if name in arrays
    }
    if "path_offsets" in arrays:
        points, codes = arrays["path_points"], arrays["path_codes"]
        matrices["paths"] = [(points[a:b], codes[a:b]) for a, b in itertools.pairwise(arrays["path_offsets"])]
    return matrices


def rows_of_lists(lists, data):
    """Lists of a pool or a filter as ascending rows."""
    offsets, rows = data.lists_to_csr(lists, "lists")
    return {v: rows[a:b].tolist() for v, (a, b) in enumerate(itertools.pairwise(offsets)) if b > a}


def oracle_draw(sampler, data, outputs=None):
    """The draw function of `reference.samplers` for a sampler of `ns2vec.sampling`."""
    if sampler.name == "uniform":
        return samplers.draw_uniform(data.n_words)
    if sampler.name == "batch":
        return samplers.draw_batch()
    if sampler.name == "pool":
        make = {"allowed": samplers.draw_allowed, "forbidden": samplers.draw_forbidden}
        make["explicit"] = samplers.draw_explicit
        lists, below = rows_of_lists(sampler.lists, data), oracle_draw(sampler.fallback, data)
        return make[sampler.kind](lists, below, sampler.key == "context")
    if sampler.name == "mixed":
        parts = [oracle_draw(part, data, outputs) for part, _ in sampler.parts]
        return samplers.draw_mixed(parts, sampler.weights.tolist())
    if isinstance(sampler, AwareSampler):
        return aware_draw(sampler, data, outputs)
    return samplers.DRAWS.get(sampler.name, samplers.draw_static)(
        build_alias_table(sampler.distribution(data))
    )


def aware_draw(sampler, data, outputs):
    """The same for a sampler that depends on the model; `outputs` is the matrix before training."""
    base, options = oracle_draw(sampler.base, data), sampler.options()
    if sampler.base.name == "mixed":  # one table of the whole mixture
        log_q = sampler.base.source(data).log_q.astype(np.float64)
        base = samplers.draw_static(build_alias_table(np.exp(log_q)))
    if sampler.name == "adaptive":
        if sampler.form == "loss":
            return aware.draw_dynamic(base, max(1, round(1 + (sampler.m - 1) * sampler.start)))
        lists, deviation = aware.rank_lists(outputs)
        return aware.draw_ranked(base, lists, deviation, sampler.scale * data.n_words)
    for name in ("base", "anneal", "until", "on_collision", "exclude"):
        del options[name]
    if options.get("temperature", 0) is None:
        del options["temperature"]
    if sampler.name == "cached":
        options["n_bits"] = max(options.pop("clusters").bit_length() - 1, 0)
    return samplers.DRAWS[sampler.name](base, **options)


def sampled_oracle(matrix, sampler, objective, bound, negative):
    """The oracle's target, and what `reference.Model` needs to know about batches."""

    def log_q(request, rows):
        return bound.log_q(rows, centre=request.centre, context=request.context, k=negative)

    target = reference.Sampled(
        reference.Side(matrix),
        draw=oracle_draw(sampler, bound.data, matrix),
        negative=negative,
        link=objective.link,
        log_q=log_q if objective.with_offsets else None,
        on_collision=sampler.on_collision or objective.on_collision,
        excluded=rows_of_lists(sampler.exclude, bound.data) if isinstance(sampler.exclude, dict) else {},
        exclude_window=sampler.exclude == "window",
    )
    is_pool = bool(bound.source.pool_size)
    return target, {
        "batch_words": bound.source.batch_words,
        "pool_size": bound.source.pool_size,
        "pool_draw": samplers.draw_static(bound.source.alias) if is_pool else None,
    }


def plain_targets(arrays, oracle, chosen):
    """Targets without a sampler, for the kernel and the oracle."""
    targets, slow_targets = [], []
    if "path_offsets" in arrays:
        paths = [arrays[name] for name in ("path_offsets", "path_points", "path_codes")]
        targets.append(_kernels.Path(arrays["syn1"], *paths))
        slow_targets.append(reference.Path(reference.Side(oracle["syn1"]), oracle["paths"]))
    if chosen.outputs == "all":
        targets.append(_kernels.All(arrays["syn1neg"]))
        slow_targets.append(reference.All(reference.Side(oracle["syn1neg"])))
    return targets, slow_targets


@pytest.fixture
def make_case():
    """Return ``make_case(objective, sampler, ...) -> case`` with kernel, model, arrays, oracle and n_dims.

    Objective "both" is hierarchical softmax together with negative sampling.
    """

    def make(
        objective="negative_sampling",
        sampler="unigram",
        n_words=30,
        n_dims=20,
        seed=3,
        keep=None,
        lock=None,
        negative=5,
        **options,
    ):
        rng = np.random.default_rng(seed)
        chosen = OBJECTIVES["negative_sampling" if objective == "both" else objective]
        with_words, with_paths = chosen.outputs != "path", objective == "both" or chosen.outputs == "path"
        arrays, counts = make_arrays(rng, n_words, n_dims, with_words, with_paths)
        oracle = oracle_arrays(arrays, n_dims)
        fast = {name: options.pop(name) for name in ("backend", "isa", "hot_rows") if name in options}
        is_plain = bool(fast) and sampler == "unigram" and keep is None and lock is None
        about = (objective, n_words, n_dims, seed, negative, *sorted(options.items())) if is_plain else None
        targets, slow_targets, batches = *plain_targets(arrays, oracle, chosen), {}
        if with_words and chosen.outputs != "all":
            bound = make_sampler(sampler).bind(NoiseData.of_counts(counts))
            noise = make_noise(bound, chosen)
            targets.append(_kernels.Sampled(arrays["syn1neg"], noise, negative, link=chosen.link))
            slow, batches = sampled_oracle(oracle["syn1neg"], bound.sampler, chosen, bound, negative)
            slow_targets.append(slow)
            for steering in bound.source.steering:
                steering.attach(arrays["syn1neg"], n_dims)
        words = _kernels.UnitMatrix(arrays["syn0"], lock=lock)
        fast |= options | {"keep": keep, "width": n_dims, "compute_loss": True}
        kernel = _kernels.Kernel(words, targets, **fast)
        inputs = reference.Side(oracle["syn0"], lock=np.ones(1) if lock is None else lock)
        model = reference.Model(inputs, slow_targets, keep=keep, **batches, **options)
        return SimpleNamespace(
            kernel=kernel, model=model, arrays=arrays, oracle=oracle, n_dims=n_dims, about=about
        )

    return make


@pytest.fixture(scope="session")
def once():
    """Return ``once(about, arrays, train)``: the result of `train`, and the oracle's arrays after it.

    `train` is called once for the same numbers and the same `about`, which holds everything else that it
    depends on: the oracle does not know back ends and instruction sets, which are all compared with the same
    result. If `about` is None, no other case is like it.
    """
    known = {}

    def remembered(about, arrays, train):
        if about is None:
            return train()
        key = about, hashlib.sha256(b"".join(array.tobytes() for array in arrays)).digest()
        if key not in known:
            found = train()
            known[key] = found, [array.copy() for array in arrays]
        found, trained = known[key]
        for array, rows in zip(arrays, trained, strict=True):
            array[...] = rows
        return found

    return remembered


@pytest.fixture
def random_sentences():
    """Return ``random_sentences(n_words, ...)``: lists of rows, -2 for words outside the vocabulary."""

    def make(n_words=30, seed=5, n_sentences=12, longest=25):
        rng = np.random.default_rng(seed)
        lists = [rng.integers(-1, n_words, rng.integers(0, longest)).tolist() for _ in range(n_sentences)]
        return [[word if word >= 0 else -2 for word in words] for words in lists]

    return make


@pytest.fixture
def train_both(once):
    """Return ``train_both(case, sentences, alpha, epoch, chunk) -> (kernel's tally, oracle's tally)``."""

    def train(case, sentences, alpha=0.1, epoch=0, chunk=0):
        words = np.array([word for sentence in sentences for word in [*sentence, -1]], np.int32)
        work = _kernels.Workspace(case.kernel, max(len(words), 1))
        fast = case.kernel.train(words, alpha, work=work, epoch=epoch, chunk=chunk)
        about = case.about and (case.about, repr(sentences), alpha, epoch, chunk)
        matrices = [case.oracle[name] for name in ("syn0", "syn1neg", "syn1") if name in case.oracle]
        slow = once(
            about,
            matrices,
            lambda: reference.train_chunk(case.model, sentences, alpha, epoch=epoch, chunk=chunk),
        )
        return fast, slow

    return train


@pytest.fixture
def assert_same_weights():
    """Return a check that kernel and oracle have the same rows and that padding is still zero."""

    def check(case, rtol=1e-5, atol=2e-6):
        for name in ("syn0", "syn1neg", "syn1"):
            if name in case.arrays:
                rows = case.arrays[name]
                np.testing.assert_allclose(
                    rows[:, : case.n_dims], case.oracle[name], rtol, atol, err_msg=name
                )
                assert not rows[:, case.n_dims :].any()

    return check
