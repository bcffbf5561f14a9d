"""Jobs besides training: figures of a corpus, vectors for other jobs, loading, queries, analogies."""

from __future__ import annotations

import random
import time
from collections.abc import Callable
from typing import Any

from benchmarks.programs import build_facts, make_model

Say = Callable[..., None]
WARM_UP = 3


def keyed_vectors(program: str) -> Any:
    """The class of gensim or ns2vec that holds vectors."""
    if program == "gensim":
        from gensim.models import KeyedVectors
    else:
        from ns2vec import KeyedVectors
    return KeyedVectors


def facts(job: dict[str, Any], say: Say) -> dict[str, Any]:
    """Words of a corpus as counted by every program, words left by subsampling, scored pairs: one epoch."""
    from ns2vec.calculator import estimate

    started = time.perf_counter()
    model = make_model(job)
    model.build_vocab(corpus_file=job["corpus"])
    n_words = sum(int(model.wv.get_vecattr(key, "count")) for key in model.wv.index_to_key)
    found = estimate(corpus_file=job["corpus"], calibrate=False, **job["parameters"])
    return {
        "seconds": time.perf_counter() - started,
        "n_words": n_words,
        "n_types": found.vocabulary,
        "trained_words": found.trained_words,
        "scored_pairs": found.scored_pairs,
    }


def make_vectors(job: dict[str, Any], say: Say) -> dict[str, Any]:
    """Write the vectors of ``n_words`` numbered words or, with a corpus, trained ones to ``path``."""
    import numpy as np

    from ns2vec import KeyedVectors

    started = time.perf_counter()
    if job.get("corpus"):
        model = make_model(job)
        model.build_vocab(corpus_file=job["corpus"])
        model.train(corpus_file=job["corpus"], total_words=model.corpus_total_words, epochs=model.epochs)
        vectors = model.wv
    else:
        n_words, dim = job["n_words"], job["dim"]
        vectors = KeyedVectors(dim)
        values = np.random.default_rng(1).normal(size=(n_words, dim)).astype(np.float32)
        vectors.add_vectors([f"word{i}" for i in range(n_words)], values)
    vectors.save_word2vec_format(job["path"], binary=job["binary"])
    return {"seconds": time.perf_counter() - started}


def load(job: dict[str, Any], say: Say) -> dict[str, Any]:
    """Read a word2vec file that is already in the page cache."""
    cls = keyed_vectors(job["program"])
    with open(job["path"], "rb") as source:
        while source.read(1 << 24):
            pass
    say(phase="load")
    started = time.perf_counter()
    vectors = cls.load_word2vec_format(job["path"], binary=job["binary"])
    seconds = time.perf_counter() - started
    n_rows, dim = vectors.vectors.shape
    return {"seconds": seconds, "n_types": n_rows, "dim": dim, "build": build_facts(job["program"])}


def load_facebook(job: dict[str, Any], say: Say) -> dict[str, Any]:
    """Load a fastText model that is already in the page cache, for further training."""
    import resource

    if job["program"] == "gensim":
        from gensim.models.fasttext import load_facebook_model
    else:
        from ns2vec.fasttext import load_facebook_model
    with open(job["path"], "rb") as source:
        while source.read(1 << 24):
            pass
    say(phase="load")
    started, processor = time.perf_counter(), time.process_time()
    model = load_facebook_model(job["path"])
    return {
        "seconds": time.perf_counter() - started,
        "processor_seconds": time.process_time() - processor,
        "peak_rss": 1024 * resource.getrusage(resource.RUSAGE_SELF).ru_maxrss,
        "n_types": len(model.wv.index_to_key),
        "build": build_facts(job["program"]),
    }


def queries(job: dict[str, Any], say: Say) -> dict[str, Any]:
    """Ten neighbours of ``n_queries`` words drawn with a fixed seed: ``batched``, or one call each."""
    vectors = keyed_vectors(job["program"]).load_word2vec_format(job["path"], binary=True)
    n_queries = min(job["n_queries"], len(vectors.index_to_key))
    keys = random.Random(1).sample(vectors.index_to_key, n_queries)
    for key in keys[:WARM_UP]:  # norms are computed once
        vectors.most_similar(key, topn=10)
    say(phase="query")
    started = time.perf_counter()
    if job["batched"]:
        found = vectors.most_similar_many(keys, topn=10)
    else:
        found = [vectors.most_similar(key, topn=10) for key in keys]
    seconds = time.perf_counter() - started
    return {
        "seconds": seconds,
        "n_queries": len(found),
        "n_types": len(vectors.index_to_key),
        "build": build_facts(job["program"]),
    }


def analogies(job: dict[str, Any], say: Say) -> dict[str, Any]:
    """Score the analogy file ``questions`` over the ``restrict_vocab`` most frequent words."""
    vectors = keyed_vectors(job["program"]).load_word2vec_format(job["path"], binary=True)
    say(phase="analogies")
    started = time.perf_counter()
    score, sections = vectors.evaluate_word_analogies(job["questions"], restrict_vocab=job["restrict_vocab"])
    seconds = time.perf_counter() - started
    total = sections[-1]
    return {
        "seconds": seconds,
        "score": float(score),
        "n_queries": len(total["correct"]) + len(total["incorrect"]),
        "n_types": len(vectors.index_to_key),
        "build": build_facts(job["program"]),
    }
