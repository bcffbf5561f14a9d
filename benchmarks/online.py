"""Online training: seconds per update, and the drift of the vectors of old words.

``python -m benchmarks online [--rounds 10] [--workers 2]``: each round adds one new word among the
words of one topic. The table shows the time of growing and training, the mean and greatest 1 - cosine
between the old vectors before the first round and after this one, and how many of the new word's five
neighbours belong to its topic.
"""

from __future__ import annotations

import argparse
import sys
import time

import numpy as np

from ns2vec import Word2Vec

N_TOPICS, N_WORDS, LENGTH = 40, 50, 12


def topic_sentences(rng: np.random.Generator, n_sentences: int) -> list[list[str]]:
    """Sentences of one topic each: N_TOPICS topics of N_WORDS words."""
    topics = rng.integers(0, N_TOPICS, n_sentences)
    words = rng.integers(0, N_WORDS, (n_sentences, LENGTH))
    return [[f"t{topic}w{word}" for word in row] for topic, row in zip(topics, words.tolist(), strict=True)]


def news(rng: np.random.Generator, round_no: int, n_sentences: int) -> list[list[str]]:
    """Sentences of all topics, and some of topic `round_no` that begin with the new word."""
    sentences = topic_sentences(rng, n_sentences)
    topic = round_no % N_TOPICS
    more = rng.integers(0, N_WORDS, (n_sentences // 20, LENGTH)).tolist()
    return sentences + [[f"new{round_no}", *(f"t{topic}w{word}" for word in row)] for row in more]


def drift(before: np.ndarray, now: np.ndarray) -> tuple[float, float]:
    """Mean and greatest 1 - cosine between the rows of two matrices."""
    lengths = np.linalg.norm(before, axis=1) * np.linalg.norm(now, axis=1)
    distances = 1 - (before * now).sum(axis=1) / lengths
    return float(distances.mean()), float(distances.max())


def main(argv: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=10)
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--sentences", type=int, default=20_000)
    chosen = parser.parse_args(argv)
    rng = np.random.default_rng(1)
    model = Word2Vec(
        topic_sentences(rng, chosen.sentences), vector_size=50, min_count=1, sg=1, sample=0,
        workers=chosen.workers, progress=False,
    )  # fmt: skip
    before = model.wv.vectors.copy()
    sys.stdout.write("round  words  grow s  train s  drift mean  drift max  topic in top 5\n")
    for round_no in range(chosen.rounds):
        sentences = news(rng, round_no, chosen.sentences // 10)
        start = time.perf_counter()
        model.build_vocab(sentences, update=True)
        grown = time.perf_counter()
        model.train(sentences, total_examples=model.corpus_count, epochs=5, start_alpha=0.025)
        trained = time.perf_counter()
        mean, greatest = drift(before, model.wv.vectors[: len(before)])
        nearest = model.wv.most_similar(f"new{round_no}", topn=5)
        n_right = sum(key.startswith(f"t{round_no % N_TOPICS}w") for key, _ in nearest)
        sys.stdout.write(
            f"{round_no + 1:5}{len(model.wv):7}{grown - start:8.3f}{trained - grown:9.3f}"
            f"{mean:12.4f}{greatest:11.4f}{n_right:16}\n"
        )
    return 0
