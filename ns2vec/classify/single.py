"""Single texts: the same answers as for many lines, without the arrays that many lines need.

A call with one text would spend most of its time setting up arrays.
"""

from __future__ import annotations

from operator import is_
from typing import Any

import numpy as np

from ns2vec._typing import Float32Array
from ns2vec.classify._text import SingleAnswers, TextVectors
from ns2vec.classify.lines import one_line
from ns2vec.classify.prediction import scorer_of
from ns2vec.classify.units import OUTPUTS
from ns2vec.inputs._ngrams import encode_words
from ns2vec.inputs._words import WordTable
from ns2vec.training import EmbeddingCore


def only_text(texts: Any) -> str | None:
    """The text, if there is exactly one; None for more, and for a text with surrogates.

    Raises
    ------
    CorpusError
        If it is neither a str nor a list of tokens.

    Examples
    --------
    >>> from ns2vec.classify.single import only_text
    >>> only_text(["a good film"]), only_text([["a", "film"]]), only_text(["a", "b"])
    ('a good film', 'a film', None)
    """
    if not isinstance(texts, list | tuple) or len(texts) != 1:
        return None
    found = texts[0] if type(texts[0]) is str else one_line(texts[0])
    if not found.isascii():
        try:
            found.encode()
        except UnicodeEncodeError:
            return None
    return found


def table_of(units: Any) -> WordTable:
    """The row of each word of a classifier."""
    if isinstance(units.words, WordTable):
        return units.words
    # tokens that are not text cannot occur, nor can blanks
    return WordTable(*encode_words([key if isinstance(key, str) else " " for key in units.wv.index_to_key]))


class SingleTexts:
    """Answers for single texts, valid while the model has the same arrays; threads may use it at the same
    time.

    Parameters
    ----------
    core : EmbeddingCore
        The core of a classifier.
    prefix : str
        Prefix of labels.
    adds_noise : bool
        Whether scores of negative sampling have to become log probabilities.
    """

    def __init__(self, core: EmbeddingCore, prefix: str, adds_noise: bool) -> None:
        table = table_of(core.inputs)  # which may read the words: before they are looked up
        self.scores_of = scorer_of(core, adds_noise)
        self.options = prefix, adds_noise
        self.made_of, self.n_words = self.parts(core), len(core.wv)
        features: Any = core.inputs.features  # type: ignore[attr-defined]
        self.size = core.config.vector_size
        self.vectors = TextVectors(
            table,
            core.inputs.rows,  # type: ignore[attr-defined]
            None if features.numbered is None else features.numbered.table,
            min_n=features.ngrams.min_n,
            max_n=features.ngrams.max_n if features.ngrams else 0,
            word_ngrams=features.word_ngrams,
            skips=features.skips,
            prefix=prefix.encode("utf-8", "surrogatepass"),
        )

    @staticmethod
    def parts(core: Any) -> list[Any]:
        """The arrays and options that answers are computed from."""
        units, tables, labels = core.inputs, core.tables, core.outputs.wv
        features, bound = units.features, tables.bound
        return [
            units.rows, units.wv, vars(units.wv).get("key_to_index"),
            features.ngrams, features.word_ngrams, features.skips,
            features.numbered and features.numbered.table, core.matrices.get(OUTPUTS), core.config,
            core.make_spec, tables.tree, labels.key_to_index, labels.expandos.get("count"),
            bound and bound.source.log_q,
        ]  # fmt: skip

    def answers(self, model: Any, is_each: bool) -> SingleAnswers | None:
        """Finds the most probable label in one call; None if not all labels are scored."""
        core = model._core
        units, labels = core.inputs, core.outputs.wv
        words, features = vars(units.wv).get("key_to_index"), units.features
        is_plain = (words is None or type(words) is dict) and type(labels.index_to_key) is list
        if core.spec.targets[0].outputs != "labels" or not is_plain:
            return None
        made_of = [
            (vars(owner), name, vars(owner).get(name))
            for owner, names in (
                (model, ("_core", "prefix", "loss")),
                (core, ("inputs", "second", "config", "make_spec", "tables")),
                (units, ("wv", "rows", "features")),
                (units.wv, ("key_to_index",)),
                (features, ("ngrams", "word_ngrams", "skips", "numbered")),
                (core.outputs, ("wv",)),
                (labels, ("index_to_key",)),
                *(() if features.numbered is None else ((features.numbered, ("table",)),)),
            )
            for name in names
        ]
        return SingleAnswers(
            self.vectors,
            core.output(OUTPUTS),
            labels.index_to_key,
            is_each=is_each,
            made_of=[*made_of, (core.matrices, OUTPUTS, core.matrices[OUTPUTS])],
            words=words,
        )

    def is_of(self, core: EmbeddingCore, prefix: str, adds_noise: bool) -> bool:
        """Whether it was made from these."""
        is_same = self.n_words == len(core.wv) and self.options == (prefix, adds_noise)
        return is_same and all(map(is_, self.parts(core), self.made_of))

    def vector(self, text: str) -> Float32Array:
        """The vector of a text, shape (1, D)."""
        found = np.empty((1, self.size), dtype=np.float32)
        self.vectors.write(text, found[0])
        return found

    def scores(self, text: str) -> Float32Array:
        """Scores of all labels for a text, shape (1, n_labels)."""
        return self.scores_of(self.vector(text)).astype(np.float32, copy=False)
