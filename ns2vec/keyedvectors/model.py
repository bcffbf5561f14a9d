"""KeyedVectors: vectors that are queried, evaluated, saved and loaded."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from ns2vec._typing import Array
from ns2vec.evaluation.gensim_protocol import evaluate_word_analogies, evaluate_word_pairs
from ns2vec.exceptions import ConfigError
from ns2vec.formats.saving import MODELS
from ns2vec.formats.state import ModelState
from ns2vec.keyedvectors import files
from ns2vec.keyedvectors.items import how_many
from ns2vec.keyedvectors.showing import VectorPage, show
from ns2vec.keyedvectors.word2vec_files import Word2VecFiles

if TYPE_CHECKING:
    from typing_extensions import Self

# gensim's names of two methods for analogies -> ns2vec.evaluation's
ANALOGY_METHODS = {"most_similar": "3cosadd", "most_similar_cosmul": "3cosmul"}


class KeyedVectors(Word2VecFiles):
    """A mapping from keys to vectors with similarity queries.

    Parameters
    ----------
    vector_size : int
        D.
    count : int
        Rows to reserve; `add_vector` fills them.
    dtype : float16, float32 or float64
        The type of `vectors`. float16 takes half the memory of float32; queries are computed in float32, for
        which one block of rows at a time is converted, so a query takes a few times as long. float64 takes
        twice the memory and the time.
    mapfile_path : kept as an attribute, not used

    Examples
    --------
    >>> import numpy as np
    >>> from ns2vec import KeyedVectors
    >>> kv = KeyedVectors(2)
    >>> kv.add_vectors(["cat", "dog", "stone"], np.array([[2, 1], [2, 2], [-1, 3]], dtype=np.float32))
    >>> [key for key, _ in kv.most_similar("cat", topn=1)]
    ['dog']
    >>> kv.doesnt_match(["cat", "dog", "stone"])
    'stone'

    Questions about keys, and about their vectors:

    >>> wv = KeyedVectors(2)
    >>> wv.add_vectors(["north", "east", "northeast"], [[0.0, 1.0], [1.0, 0.0], [2.0, 2.0]])
    >>> wv.get_index("east"), wv.has_index_for("west"), wv.is_key("west")
    (1, False, True)
    >>> round(float(wv.similarity("north", "northeast")), 3), round(float(wv.distance("north", "east")), 3)
    (0.707, 1.0)
    >>> [round(one, 3) for one in wv.distances("north").tolist()]
    [0.0, 1.0, 0.293]
    >>> wv.closer_than("north", "east"), wv.rank("north", "northeast")
    (['northeast'], 1)
    >>> wv.most_similar_to_given("east", ["north", "northeast"])
    'northeast'
    >>> wv.doesnt_match(["north", "northeast", "east"]) in wv.index_to_key
    True
    >>> round(float(wv.n_similarity(["north", "east"], ["northeast"])), 3)
    1.0
    >>> [key for _, key in wv.rank_by_centrality(["north", "northeast", "east"])][0]
    'northeast'
    >>> wv.most_similar_cosmul(positive=["north", "east"], topn=1)[0][0]
    'northeast'
    >>> wv.relative_cosine_similarity("north", "northeast", topn=2)
    1.0
    >>> wv.get_vector("northeast", norm=True).round(3).tolist()
    [0.707, 0.707]
    >>> wv.get_mean_vector(["north", "east"]).tolist()
    [0.5, 0.5]
    >>> wv.cosine_similarities(wv["north"], wv.vectors).round(3).tolist()
    [1.0, 0.0, 0.707]

    `vectors_changed` has to be called after writing into `vectors`:

    >>> wv.get_normed_vectors().shape
    (3, 2)
    >>> wv.vectors[0] = [0.0, 3.0]
    >>> wv.vectors_changed()
    >>> wv.fill_norms()
    >>> wv.norms.round(3).tolist()
    [3.0, 1.0, 2.828]
    >>> wv.unit_normalize_all()
    >>> wv["north"].tolist()
    [0.0, 1.0]
    """

    KIND = "KeyedVectors"

    # ---- other sets of keys ----

    def vectors_for_all(
        self, keys: Iterable[Any], allow_inference: bool = True, copy_vecattrs: bool = False
    ) -> KeyedVectors:
        """Return new KeyedVectors with the given keys that are present, each once, in the given order.

        Parameters
        ----------
        keys : iterable of keys
        allow_inference : for subclasses that can make vectors of unknown keys
        copy_vecattrs : bool
            Copy the attributes, too; otherwise counts are n, n-1, ...

        Returns
        -------
        KeyedVectors

        Examples
        --------
        >>> from ns2vec import KeyedVectors
        >>> wv = KeyedVectors(2)
        >>> wv.add_vectors(["tea", "milk"], [[1.0, 0.0], [0.0, 1.0]])
        >>> wv.vectors_for_all(["milk", "milk", "beer"]).index_to_key
        ['milk']
        """
        made = KeyedVectors(self.vector_size, dtype=self.vectors.dtype)
        is_known = self.__contains__ if allow_inference else self.has_index_for
        known = list(filter(is_known, dict.fromkeys(keys)))
        if known:
            extras: dict[str, Array] = {"count": np.arange(len(known), 0, -1, dtype=np.int64)}
            if copy_vecattrs:
                rows = [self.get_index(key) for key in known]
                extras |= {name: values[rows] for name, values in self.expandos.items()}
            made.add_vectors(known, np.vstack([self.get_vector(key) for key in known]), extras)
        return made

    # ---- display ----

    def show(self, words: Sequence[Any] | None = None, topn: int = 8) -> VectorPage:
        """Draw words with their neighbours; a notebook shows the returned page.

        Parameters
        ----------
        words : sequence of keys, optional
            Words without a vector are left out; by default the first six of the vocabulary.
        topn : int
            Neighbours of each word.

        Returns
        -------
        VectorPage
            ``save(path)`` writes it as one HTML file, which contains no script and loads nothing.

        Raises
        ------
        VocabularyError
            If none of the words has a vector.

        Examples
        --------
        >>> import numpy as np
        >>> from ns2vec import KeyedVectors
        >>> kv = KeyedVectors(2)
        >>> kv.add_vectors(["cat", "dog", "stone"], np.array([[2, 1], [2, 2], [-1, 3]], dtype=np.float32))
        >>> kv.show(["cat"], topn=1).html.startswith("<!doctype html>")
        True
        """
        return show(self, words, topn)

    # ---- evaluation ----

    def evaluate_word_analogies(
        self,
        analogies: Any,
        restrict_vocab: int | None = 300000,
        case_insensitive: bool = True,
        dummy4unknown: bool = False,
        similarity_function: str = "most_similar",
    ) -> tuple[float, list[Any]]:
        r"""Answer the analogy questions of a file; see `ns2vec.evaluation.evaluate_word_analogies`.

        `similarity_function` is ``"most_similar"`` or ``"most_similar_cosmul"``.

        Parameters
        ----------
        analogies : path
            In the layout of questions-words.txt.
        restrict_vocab : int, optional
            Use only this many words from the beginning.
        case_insensitive : bool
        dummy4unknown : bool
            Count questions with unknown words as wrong instead of leaving them out.
        similarity_function : {"most_similar", "most_similar_cosmul"}

        Returns
        -------
        score : float
            Share of correct answers.
        sections : list of dict
            The questions of each section that were answered correctly and incorrectly.

        Raises
        ------
        ConfigError
            If `similarity_function` is neither of the two.

        Examples
        --------
        >>> import os, tempfile
        >>> from ns2vec import KeyedVectors
        >>> wv = KeyedVectors(2)
        >>> rows = [[1.0, 0.1], [1.0, 2.0], [2.0, 0.1], [2.0, 2.0]]
        >>> wv.add_vectors(["man", "woman", "king", "queen"], rows)
        >>> with tempfile.TemporaryDirectory() as folder:
        ...     path = os.path.join(folder, "questions.txt")
        ...     with open(path, "w") as out:
        ...         _ = out.write(": people\nman woman king queen\n")
        ...     wv.evaluate_word_analogies(path)[0]
        1.0
        """
        if similarity_function not in ANALOGY_METHODS:
            raise ConfigError(
                f"similarity_function must be {' or '.join(map(repr, ANALOGY_METHODS))}, "
                f"got {similarity_function!r}"
            )
        return evaluate_word_analogies(
            self,
            analogies,
            restrict_vocab=how_many("restrict_vocab", restrict_vocab),
            case_insensitive=case_insensitive,
            dummy4unknown=dummy4unknown,
            method=ANALOGY_METHODS[similarity_function],
        )

    def evaluate_word_pairs(
        self,
        pairs: Any,
        delimiter: str = "\t",
        encoding: str = "utf8",
        restrict_vocab: int | None = 300000,
        case_insensitive: bool = True,
        dummy4unknown: bool = False,
    ) -> tuple[Any, Any, float]:
        r"""Correlate similarities with human judgements; see `ns2vec.evaluation.evaluate_word_pairs`.

        Parameters
        ----------
        pairs : path
            Lines of two words and a number.
        delimiter, encoding : str
        restrict_vocab : int, optional
            Use only this many words from the beginning.
        case_insensitive : bool
        dummy4unknown : bool
            Give pairs with unknown words a similarity of 0 instead of leaving them out.

        Returns
        -------
        pearson, spearman : (statistic, p-value)
        oov : float
            Percentage of pairs with an unknown word.

        Examples
        --------
        >>> import os, tempfile
        >>> from ns2vec import KeyedVectors
        >>> wv = KeyedVectors(2)
        >>> wv.add_vectors(["north", "east", "up"], [[0.0, 1.0], [1.0, 0.0], [0.5, 1.0]])
        >>> with tempfile.TemporaryDirectory() as folder:
        ...     path = os.path.join(folder, "pairs.tsv")
        ...     with open(path, "w") as out:
        ...         _ = out.write("north\teast\t1\nnorth\tup\t9\neast\tup\t4\n")
        ...     pearson, spearman, unknown = wv.evaluate_word_pairs(path)
        >>> round(float(spearman[0]), 3), unknown
        (1.0, 0.0)
        """
        return evaluate_word_pairs(
            self,
            pairs,
            delimiter=delimiter,
            encoding=encoding,
            restrict_vocab=how_many("restrict_vocab", restrict_vocab),
            case_insensitive=case_insensitive,
            dummy4unknown=dummy4unknown,
        )

    # ---- as plain data ----

    def to_state(self) -> ModelState:
        """Return keys, vectors and attributes as plain data."""
        return ModelState(self.KIND, files.vector_state(self))

    @classmethod
    def from_state(cls, state: ModelState) -> Self:
        """Make KeyedVectors from plain data."""
        made = cls.__new__(cls)
        KeyedVectors.__init__(made, max(1, state.vectors.vectors.shape[1]))
        return files.adopt_state(made, state.vectors)


MODELS.register(KeyedVectors.KIND, KeyedVectors)
