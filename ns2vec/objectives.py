"""Objectives: the outputs of a window, the conversion of scores to errors, and the meaning of a score.

An objective is one class with four properties, which the kernels take as arguments: the output set, the link,
the offsets, and what to do when noise hits the centre. `Objective.logits` converts its scores to
log probabilities afterwards. ``ns2vec/reference`` has each of them in NumPy, too.
"""

from __future__ import annotations

from typing import Any, ClassVar

import numpy as np

from ns2vec._callable import check_low_level
from ns2vec._registry import Registry
from ns2vec._typing import Float64Array as Array
from ns2vec.exceptions import ConfigError

__all__ = [
    "FullSoftmax",
    "HierarchicalSoftmax",
    "NCE",
    "NegativeSampling",
    "OBJECTIVES",
    "Objective",
    "SampledSoftmax",
    "choose_objective",
]


#: Name -> class of objectives; other packages add theirs in the entry-point group of this name.
OBJECTIVES: Registry[type[Objective]] = Registry("objective", group="ns2vec.objectives")

#: ``objective="auto"`` uses the full softmax for up to this many words: it then costs about as much
#: as sampling, and it is exact.
SOFTMAX_MAX_WORDS = 200

LINK_PROTOTYPE = (
    "double f(void *user_data, int m, float *scores, const float *labels, const float *weights, "
    "const float *offsets)"
)


class Objective:
    """Base of the objectives: subclass it, set what differs, register the class.

    Attributes
    ----------
    name : str
    outputs : {"sampled", "path", "all"}
        The centre with negatives from a sampler; the inner nodes on its Huffman path; every word.
    link : {"logistic", "softmax", "bpr", "hinge"} or scipy.LowLevelCallable
        From scores to errors, for sampled outputs: a logistic function of each, a softmax over them, or
        how far the centre is above each negative, logistic (Rendle et al. 2009) or by a margin of 1. A
        function ``double f(void *user_data, int m, float *scores, const float *labels, const float
        *weights, const float *offsets)`` replaces the scores of one input by errors and returns its loss;
        all threads call it.
    with_offsets : bool
        Scores are reduced by log(k q) in training.
    on_collision : {"redraw", "skip", "keep"}
        What to do with a draw of the centre, where the sampler does not say.

    Examples
    --------
    A softmax over the centre and its negatives without correction:

    >>> from ns2vec import Word2Vec
    >>> from ns2vec.objectives import OBJECTIVES, Objective
    >>> @OBJECTIVES.entry("info_nce")
    ... class InfoNCE(Objective):
    ...     name, outputs, link = "info_nce", "sampled", "softmax"
    >>> model = Word2Vec([["a", "b", "c"]] * 20, min_count=1, vector_size=8, objective="info_nce")
    >>> model.wv.vectors.shape
    (3, 8)
    """

    name: ClassVar[str] = ""
    outputs: ClassVar[str] = "sampled"
    link: ClassVar[Any] = "logistic"
    with_offsets: ClassVar[bool] = False
    on_collision: ClassVar[str] = "redraw"

    @classmethod
    def logits(cls, scores: Array, log_q: Array) -> Array:
        """Turn scores of every word, shape (..., V), into log probabilities up to a constant.

        Parameters
        ----------
        scores : ndarray of shape (..., V)
        log_q : ndarray of shape (V,)
            Log of the noise distribution that the model was trained with.

        Returns
        -------
        ndarray of shape (..., V), float64

        Examples
        --------
        >>> import numpy as np
        >>> from ns2vec.objectives import OBJECTIVES
        >>> OBJECTIVES["negative_sampling"].logits(np.zeros(2), np.log([0.25, 0.75])).round(3).tolist()
        [-1.386, -0.288]
        """
        return scores


@OBJECTIVES.entry("negative_sampling")
class NegativeSampling(Objective):
    """log s(x.y_o) + sum over k negatives of log s(-x.y_w) (Mikolov et al. 2013, arXiv:1310.4546, eq. 4).

    Scores tend to log P(w | c) / Pn(w) - log k (Levy & Goldberg 2014), so log Pn has to be added back.

    Examples
    --------
    >>> from ns2vec import Word2Vec
    >>> model = Word2Vec([["cat", "sat"], ["dog", "ran"]] * 20, vector_size=8, min_count=1, negative=5)
    >>> model.syn1neg.shape
    (4, 8)
    """

    name = "negative_sampling"

    @classmethod
    def logits(cls, scores: Array, log_q: Array) -> Array:
        """Return scores + log Pn."""
        return np.asarray(scores + log_q)


@OBJECTIVES.entry("nce")
class NCE(Objective):
    """Noise-contrastive estimation: the logistic of s - log(k Pn) (Gutmann & Hyvärinen 2012).

    Scores tend to log P(w | c) itself, normalised without a sum over the vocabulary (Mnih & Teh 2012).
    Noise that hits the centre stays noise: leaving it out would bias the estimate.

    Examples
    --------
    >>> from ns2vec import Word2Vec
    >>> model = Word2Vec([["cat", "sat"], ["dog", "ran"]] * 20, vector_size=8, min_count=1, objective="nce")
    >>> round(float(model.predict_proba(["cat"]).sum()), 3)
    1.0
    """

    name = "nce"
    with_offsets = True
    on_collision = "keep"


@OBJECTIVES.entry("sampled_softmax")
class SampledSoftmax(Objective):
    """Softmax over the centre and its negatives, all scores reduced by log(k q) (Jean et al. 2015).

    That is the probability that the centre is the one among them which was not drawn as noise, so scores
    tend to log P(w | c) up to a constant for any k (arXiv:1412.2007; Ma & Collins 2018, arXiv:1809.01812).
    Draws that hit the centre are removed.

    Examples
    --------
    >>> from ns2vec import Word2Vec
    >>> options = {"vector_size": 8, "min_count": 1, "objective": "sampled_softmax"}
    >>> Word2Vec([["cat", "sat"], ["dog", "ran"]] * 20, **options).syn1neg.shape
    (4, 8)
    """

    name = "sampled_softmax"
    link = "softmax"
    with_offsets = True
    on_collision = "skip"


@OBJECTIVES.entry("softmax")
class FullSoftmax(Objective):
    """exp(x.y_o) / sum over all words of exp(x.y_w) (Bengio et al. 2003): BLAS, one window at a time.

    Examples
    --------
    >>> from ns2vec import Word2Vec
    >>> sentences = [["cat", "sat"], ["dog", "ran"]] * 20
    >>> model = Word2Vec(sentences, vector_size=8, min_count=1, objective="softmax")
    >>> model.predict_proba(["cat"]).shape
    (4,)
    """

    name = "softmax"
    outputs = "all"
    link = "softmax"


@OBJECTIVES.entry("hierarchical_softmax")
class HierarchicalSoftmax(Objective):
    """Product of logistic decisions on the way through a Huffman tree (Morin & Bengio 2005).

    Examples
    --------
    >>> from ns2vec import Word2Vec
    >>> model = Word2Vec([["cat", "sat"], ["dog", "ran"]] * 20, vector_size=8, min_count=1, hs=1, negative=0)
    >>> round(float(model.predict_proba(["cat"]).sum()), 3)
    1.0
    """

    name = "hierarchical_softmax"
    outputs = "path"


def choose_objective(name: str, n_words: int) -> type[Objective]:
    """Return the objective of a name; ``"auto"`` is decided by the size of the vocabulary.

    Parameters
    ----------
    name : str
    n_words : int

    Returns
    -------
    type of Objective

    Raises
    ------
    ConfigError
        If the name is unknown, or the class has a value that the kernels do not know.

    Examples
    --------
    >>> from ns2vec.objectives import choose_objective
    >>> choose_objective("auto", 60).name, choose_objective("auto", 70_000).name
    ('softmax', 'negative_sampling')
    """
    if name == "auto":
        name = "softmax" if n_words <= SOFTMAX_MAX_WORDS else "negative_sampling"
    chosen = OBJECTIVES[name]
    check_objective(name, chosen)
    return chosen


def check_objective(name: str, chosen: Any) -> None:
    """Refuse a class with values that the kernels do not know."""
    if not isinstance(chosen, type) or not issubclass(chosen, Objective):
        raise ConfigError(f"objective {name!r} must be a subclass of Objective, got {chosen!r}")
    fixed = {"path": ("logistic",), "all": ("softmax",)}
    allowed: dict[str, tuple[str, ...]] = {
        "outputs": ("sampled", "path", "all"),
        "on_collision": ("redraw", "skip", "keep"),
        "link": fixed.get(chosen.outputs, ("logistic", "softmax", "bpr", "hinge")),
    }
    if chosen.outputs == "sampled" and not isinstance(chosen.link, str):
        del allowed["link"]
        check_low_level(chosen.link, "double", ("*", "int", *"****"), LINK_PROTOTYPE)
    for field, values in allowed.items():
        found = getattr(chosen, field)
        if found not in values:
            raise ConfigError(
                f"objective {name!r}: {field} must be one of {', '.join(values)}, got {found!r}"
            )
