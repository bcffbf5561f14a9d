"""The meaning of scores: log probabilities of words given an input vector, for each objective.

Legend: n input vectors, V words, D dimensions.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from ns2vec._typing import Float64Array as Array
from ns2vec.objectives import Objective
from ns2vec.vocab import Huffman

Floats = npt.NDArray[np.floating]


def log_normalised(logits: Array) -> Array:
    """Subtract the log of the sum of exponentials over the last axis.

    Examples
    --------
    >>> import numpy as np
    >>> from ns2vec.probability import log_normalised
    >>> np.exp(log_normalised(np.array([0.0, np.log(3.0)]))).round(6).tolist()
    [0.25, 0.75]
    """
    shifted = logits - logits.max(axis=-1, keepdims=True)  # several times as fast as logaddexp.reduce
    return np.asarray(shifted - np.log(np.exp(shifted).sum(axis=-1, keepdims=True)))


def log_probabilities(
    hidden: Floats, outputs: Floats, objective: type[Objective], log_q: Array | float
) -> Array:
    """Return log P(word | input) for every word.

    Parameters
    ----------
    hidden : ndarray of shape (n, D)
        Input vectors.
    outputs : ndarray of shape (V, D)
        Output vectors of the words.
    objective : type of Objective
        What they were trained for: negative sampling has learned log P / Pn - log k, so log Pn is added back
        (Levy & Goldberg 2014); the scores of the others are log P up to a constant.
    log_q : ndarray of shape (V,)
        Log of the noise distribution.

    Returns
    -------
    ndarray of shape (n, V), float64
    """
    scores = np.asarray(hidden, dtype=np.float64) @ np.asarray(outputs, dtype=np.float64).T
    return log_normalised(objective.logits(scores, np.asarray(log_q)))


def path_log_probabilities(hidden: Floats, nodes: Floats, tree: Huffman) -> Array:
    """Return log P(word | input) under hierarchical softmax: the decisions on each word's path.

    Parameters
    ----------
    hidden : ndarray of shape (n, D)
    nodes : ndarray of shape (at least V - 1, D)
        Vectors of the inner nodes.
    tree : Huffman

    Returns
    -------
    ndarray of shape (n, V), float64
        Probabilities sum to 1 in each row.
    """
    scores = np.asarray(nodes, dtype=np.float64) @ np.asarray(hidden, dtype=np.float64).T
    # a code of 0 has the positive label: log s(x) for 0, log s(-x) = log s(x) - x for 1; once for each node
    positive = -np.logaddexp(0.0, -scores)
    decisions = np.stack([positive, positive - scores])
    starts, lengths = tree.offsets[:-1], np.diff(tree.offsets)
    found = np.zeros((len(lengths), len(hidden)))
    # step by step from the root: all paths at once would take gigabytes for a large vocabulary
    for step in range(int(lengths.max(initial=0))):
        words = np.flatnonzero(lengths > step)
        places = starts[words] + step
        found[words] += decisions[tree.codes[places], tree.points[places]]
    return np.ascontiguousarray(found.T)
