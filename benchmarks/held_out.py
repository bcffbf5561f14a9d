"""Loss of a trained model on unseen text, with the same noise for all samplers.

For each (context, centre) pair of the full windows: -log sigmoid of the pair's score, minus the sum of log
sigmoid(-score) over k rows of the model's own noise distribution (count ** ns_exponent), drawn with a
fixed seed. A sampler of harder negatives trains for a different mixture, so a higher figure does not
necessarily mean a worse model.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import numpy as np

__all__ = ["held_out_loss", "split_corpus"]


def split_corpus(corpus: Path, share: float = 0.01) -> tuple[Path, Path]:
    """Write the lines after the first (1 - share) of a text's bytes to a separate file; return both paths.

    A file that exists is complete: both are first written under other names.
    """
    limit = int(corpus.stat().st_size * (1.0 - share))
    first, last = (corpus.with_suffix(f".{name}.txt") for name in ("training", "held-out"))
    if first.exists() and last.exists() and first.stat().st_mtime > corpus.stat().st_mtime:
        return first, last
    parts = [path.with_suffix(f".{os.getpid()}.part") for path in (first, last)]
    with open(corpus, "rb") as text, open(parts[0], "wb") as training, open(parts[1], "wb") as rest:
        n_bytes = 0
        for line in text:
            (training if n_bytes < limit else rest).write(line)
            n_bytes += len(line)
    for part, path in zip(parts, (first, last), strict=True):
        part.replace(path)
    return first, last


def window_pairs(rows: list[int], window: int) -> list[tuple[int, int]]:
    """(context, centre) of every full window of a sentence."""
    return [
        (rows[p], rows[t])
        for t in range(len(rows))
        for p in range(max(0, t - window), min(len(rows), t + window + 1))
        if p != t
    ]


def held_out_loss(model: Any, path: Path, max_pairs: int = 200_000, seed: int = 1) -> float:
    """Mean loss per pair, in nats."""
    pairs: list[tuple[int, int]] = []
    with open(path, encoding="utf-8") as text:
        for line in text:
            found = [model.wv.key_to_index[t] for t in line.split() if t in model.wv.key_to_index]
            pairs += window_pairs(found, model.window)
            if len(pairs) >= max_pairs:
                break
    if not pairs:
        raise ValueError(f"{path}: no pair of known words; hold out more of the corpus")
    noise = np.asarray([model.wv.get_vecattr(key, "count") for key in model.wv.index_to_key], np.float64)
    noise **= model.ns_exponent
    generator = np.random.default_rng(seed)
    rows = generator.choice(len(noise), (len(pairs), model.negative), p=noise / noise.sum())
    total = 0.0
    for start in range(0, len(pairs), 10_000):
        contexts, centres = np.array(pairs[start : start + 10_000]).T
        inputs = np.asarray(model.wv.vectors[contexts], np.float64)
        outputs = np.asarray(model.syn1neg, np.float32)
        seen = np.einsum("nd,nd->n", inputs, outputs[centres])
        drawn = np.einsum("nd,nkd->nk", inputs, outputs[rows[start : start + 10_000]])
        total += float(np.logaddexp(0.0, -seen).sum() + np.logaddexp(0.0, drawn).sum())
    return total / len(pairs)
