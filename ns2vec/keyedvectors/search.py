"""gensim's queries of a set of vectors, based on `ns2vec.similarity`: keys in, keys and numbers out."""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np

from ns2vec import similarity
from ns2vec._typing import Array
from ns2vec.keyedvectors.items import (
    as_items,
    how_many,
    input_rows,
    pairs,
    query_vector,
    split_item,
    unit_vectors,
)
from ns2vec.keyedvectors.means import MeanVectors

logger = logging.getLogger(__name__)


class SimilarityQueries(MeanVectors):
    """gensim's queries of a set of vectors."""

    # ---- nearest keys ----

    def most_similar(
        self,
        positive: Any = None,
        negative: Any = None,
        topn: int | None = 10,
        clip_start: int = 0,
        clip_end: int | None = None,
        restrict_vocab: int | None = None,
        indexer: Any = None,
    ) -> Any:
        """Find the keys nearest to the mean of some vectors minus others: ``king - man + woman``.

        Parameters
        ----------
        positive, negative : key, vector, or list of keys, vectors of shape (D,) and (key or vector, weight)
            The vectors of keys are scaled to length 1. In `negative`, a weight replaces the -1, including its
            sign.
        topn : int or None
            How many; None gives the array of all similarities between `clip_start` and `clip_end`.
        clip_start, clip_end : int
            Search only these rows.
        restrict_vocab : int
            Search only this many rows from the beginning (`clip_start` and `clip_end` are then ignored).
        indexer : object with ``most_similar(vector, topn)``, optional
            Used instead of the exact search.

        Returns
        -------
        list of (key, float), nearest first, without the input keys; or ndarray of shape (n,)

        Raises
        ------
        KeyError
            If a key is not present.
        ValueError
            If there is no input.
        """
        topn, restrict_vocab = how_many("topn", topn), how_many("restrict_vocab", restrict_vocab)
        if topn is not None and topn < 1:
            return []
        items = [split_item(self, item, 1.0) for item in as_items(self, positive)]
        items += [split_item(self, item, -1.0) for item in as_items(self, negative)]
        if not items:
            raise ValueError("cannot compute similarity with no input; pass positive= or negative= keys")
        keys, weights = [key for key, _ in items], [weight for _, weight in items]
        query = self.get_mean_vector(
            keys, weights, pre_normalize=True, post_normalize=True, ignore_missing=False
        )
        if indexer is not None and topn is not None:
            return indexer.most_similar(query, topn)

        # as in gensim, 0 means no limit
        clips = how_many("clip_start", clip_start) or 0, how_many("clip_end", clip_end) or None
        start, stop = (0, restrict_vocab) if restrict_vocab else clips
        start, stop, _ = slice(start, stop).indices(len(self.vectors))
        norms = self._ready_norms()
        if topn is None:
            return similarity.cosines(self.vectors[start:stop], norms[start:stop], query)
        exclude = input_rows(self, keys)
        found = similarity.most_similar(
            self.vectors, norms, query, topn, start=start, stop=stop, exclude=exclude
        )
        return pairs(self, *found)

    def most_similar_many(
        self,
        queries: Iterable[Any],
        topn: int = 10,
        restrict_vocab: int | None = None,
        n_threads: int = 1,
    ) -> list[list[tuple[Any, float]]]:
        """Answer many queries at once: the same lists as `most_similar` for each key or vector, but faster.

        Parameters
        ----------
        queries : iterable of keys and vectors of shape (D,)
        topn, restrict_vocab : as in `most_similar`
        n_threads : int
            How many parts of float32 vectors are read at the same time; BLAS may use its own threads.

        Returns
        -------
        list with one list of (key, float) for each query

        Raises
        ------
        KeyError
            If a key is not present.

        Examples
        --------
        >>> import numpy as np
        >>> from ns2vec import KeyedVectors
        >>> kv = KeyedVectors(2)
        >>> kv.add_vectors(["cat", "dog", "stone"], np.array([[2, 1], [2, 2], [-1, 3]], dtype=np.float32))
        >>> [found[0][0] for found in kv.most_similar_many(["cat", "stone"], topn=1)]
        ['dog', 'dog']
        """
        queries = list(queries)
        n_each, restrict_vocab = how_many("topn", topn) or 0, how_many("restrict_vocab", restrict_vocab)
        if not queries or n_each < 1:
            return [[] for _ in queries]
        dtype = np.result_type(self.vectors.dtype, np.float32)
        matrix = np.array([query_vector(self, query) for query in queries], dtype=dtype)
        free = input_rows(self, ())
        exclude = [free if isinstance(query, np.ndarray) else input_rows(self, [query]) for query in queries]
        stop = restrict_vocab or len(self.vectors)
        norms = self._ready_norms()[:stop]
        found = similarity.most_similar_many(
            self.vectors[:stop], norms, matrix, n_each, exclude=exclude, n_threads=n_threads
        )
        return [pairs(self, rows, scores) for rows, scores in found]

    def similar_by_word(self, word: Any, topn: int | None = 10, restrict_vocab: int | None = None) -> Any:
        """Call `most_similar` with one key."""
        return self.similar_by_key(word, topn, restrict_vocab)

    def similar_by_key(self, key: Any, topn: int | None = 10, restrict_vocab: int | None = None) -> Any:
        """Call `most_similar` with one key."""
        return self.most_similar(positive=[key], topn=topn, restrict_vocab=restrict_vocab)

    def similar_by_vector(self, vector: Any, topn: int | None = 10, restrict_vocab: int | None = None) -> Any:
        """Call `most_similar` with one vector of shape (D,)."""
        return self.most_similar(positive=[np.asarray(vector)], topn=topn, restrict_vocab=restrict_vocab)

    def most_similar_cosmul(
        self,
        positive: Any = None,
        negative: Any = None,
        topn: int | None = 10,
        restrict_vocab: int | None = None,
    ) -> Any:
        """Find the nearest keys by Levy and Goldberg's 3CosMul: a product of similarities instead of a sum.

        Parameters and results are those of `most_similar`; vectors are scaled to length 1, and
        `restrict_vocab` is obeyed.

        Parameters
        ----------
        positive, negative : key, vector, or a list of them
        topn : int, or None for an array of all rows
        restrict_vocab : int, optional

        Returns
        -------
        list of (key, float), or ndarray of shape (V,)

        Raises
        ------
        ValueError
            If there is neither a positive nor a negative key.
        """
        topn, restrict_vocab = how_many("topn", topn), how_many("restrict_vocab", restrict_vocab)
        if topn is not None and topn < 1:
            return []
        sides = [as_items(self, positive), as_items(self, negative)]
        if not any(sides):
            raise ValueError("cannot compute similarity with no input; pass positive= or negative= keys")
        positives, negatives = (unit_vectors(self, side) for side in sides)
        stop = restrict_vocab or len(self.vectors)
        scores = similarity.cosmul(self.vectors[:stop], self._ready_norms()[:stop], positives, negatives)
        if topn is None:
            return scores
        exclude = input_rows(self, sides[0] + sides[1])
        return pairs(self, *similarity.best_without(scores, topn, exclude))

    def most_similar_to_given(self, key1: Any, keys_list: Sequence[Any]) -> Any:
        """Return the key of `keys_list` that is most similar to `key1`.

        Parameters
        ----------
        key1 : str or int
        keys_list : sequence of keys

        Returns
        -------
        str or int
        """
        return keys_list[int(np.argmax([self.similarity(key1, key) for key in keys_list]))]

    def closer_than(self, key1: Any, key2: Any) -> list[Any]:
        """Return all keys that are closer to `key1` than `key2` is.

        Parameters
        ----------
        key1, key2 : str or int

        Returns
        -------
        list of keys
        """
        gaps = self.distances(key1)
        row1, row2 = self.get_index(key1), self.get_index(key2)
        closer = np.flatnonzero(gaps < gaps[row2])
        return [self.index_to_key[row] for row in closer.tolist() if row != row1]

    def rank(self, key1: Any, key2: Any) -> int:
        """Return the rank of `key2` among the neighbours of `key1`, counted from 1.

        Parameters
        ----------
        key1, key2 : str or int

        Returns
        -------
        int
        """
        return len(self.closer_than(key1, key2)) + 1

    # ---- similarities ----

    def similarity(self, w1: Any, w2: Any) -> np.float32:
        """Return the cosine of two keys' vectors.

        Parameters
        ----------
        w1, w2 : str or int

        Returns
        -------
        float32
        """
        found: np.float32 = np.float32(similarity.cosine(self[w1], self[w2]))
        return found

    def distance(self, w1: Any, w2: Any) -> np.float32:
        """Return 1 minus the cosine of two keys' vectors.

        Parameters
        ----------
        w1, w2 : str or int

        Returns
        -------
        float32
        """
        found: np.float32 = np.float32(1 - self.similarity(w1, w2))
        return found

    def distances(self, word_or_vector: Any, other_words: Sequence[Any] = ()) -> Array:
        """Return 1 minus the cosine with each of `other_words`, or with every row, shape (n,).

        Parameters
        ----------
        word_or_vector : str, int, or ndarray of shape (D,)
        other_words : sequence of keys
            By default every row.

        Returns
        -------
        ndarray of shape (n,)
        """
        if isinstance(word_or_vector, list):
            word_or_vector = np.asarray(word_or_vector)
        vector = word_or_vector if isinstance(word_or_vector, np.ndarray) else self.get_vector(word_or_vector)
        if not len(other_words):
            length = float(np.sqrt(np.asarray(vector, dtype=np.float64) @ vector)) or 1.0
            return 1 - similarity.cosines(self.vectors, self._ready_norms() * length, vector)
        others = self.vectors[[self.get_index(word) for word in other_words]]
        return 1 - similarity.cosine_similarities(vector, others)

    @staticmethod
    def cosine_similarities(vector_1: Array, vectors_all: Array) -> Array:
        """Return the cosines of a vector of shape (D,) with the rows of an array of shape (n, D).

        Parameters
        ----------
        vector_1 : ndarray of shape (D,)
        vectors_all : ndarray of shape (n, D)

        Returns
        -------
        ndarray of shape (n,)
        """
        return similarity.cosine_similarities(vector_1, vectors_all)

    def n_similarity(self, ws1: Sequence[Any], ws2: Sequence[Any]) -> np.float32:
        """Return the cosine of the means of two lists of keys.

        Parameters
        ----------
        ws1, ws2 : sequence of keys

        Returns
        -------
        float32

        Raises
        ------
        ZeroDivisionError
            If one of the lists is empty.
        """
        if not (len(ws1) and len(ws2)):
            raise ZeroDivisionError("At least one of the passed list is empty.")
        means = (self.get_mean_vector(words, pre_normalize=False) for words in (ws1, ws2))
        found: np.float32 = np.float32(similarity.cosine(*means))
        return found

    def relative_cosine_similarity(self, wa: Any, wb: Any, topn: int = 10) -> float:
        """Return the cosine of two keys divided by the sum of those of `wa` with its `topn` nearest keys.

        Parameters
        ----------
        wa, wb : str or int
        topn : int

        Returns
        -------
        float
        """
        total: float = sum(score for _, score in self.similar_by_key(wa, topn))
        return float(self.similarity(wa, wb)) / total

    def rank_by_centrality(self, words: Iterable[Any], use_norm: bool = True) -> list[tuple[Any, Any]]:
        """Return (similarity to the mean, word) pairs, the most central first; unknown words are left out.

        Parameters
        ----------
        words : iterable of keys
        use_norm : bool
            Scale vectors to length 1 first.

        Returns
        -------
        list of (float, key)

        Raises
        ------
        ValueError
            If none of the words has a vector.
        """
        words = list(words)
        used = [word for word in words if word in self]
        if len(used) != len(words):
            logger.warning(
                "vectors for words %s are not present in the model, ignoring these words",
                set(words) - set(used),
            )
        if not used:
            raise ValueError("cannot select a word from an empty list; none of the words has a vector")
        scores = similarity.centrality(np.vstack([self.get_vector(word, norm=use_norm) for word in used]))
        return sorted(zip(scores, used, strict=True), key=lambda pair: pair[0], reverse=True)

    def doesnt_match(self, words: Iterable[Any]) -> Any:
        """Return the word that fits the others least.

        Parameters
        ----------
        words : iterable of keys
            Unknown ones are left out, with a warning.

        Returns
        -------
        str or int

        Raises
        ------
        ValueError
            If none of the words is present.
        """
        return self.rank_by_centrality(words)[-1][1]

    def wmdistance(self, document1: Sequence[Any], document2: Sequence[Any], norm: bool = True) -> float:
        """Return the word mover's distance of two lists of keys; needs the POT package (``ns2vec[wmd]``).

        This is the smallest total distance that the words of one document must travel to become those of the
        other (Kusner et al. 2015, "From word embeddings to document distances").

        Parameters
        ----------
        document1, document2 : list of keys; unknown ones are left out
        norm : bool
            Scale the vectors to length 1.

        Returns
        -------
        float
            Infinite if a document has no known words.

        Raises
        ------
        ImportError
            If POT is not installed.

        Examples
        --------
        >>> from ns2vec import KeyedVectors
        >>> wv = KeyedVectors(2)
        >>> wv.add_vectors(["tea", "milk"], [[1.0, 0.0], [0.0, 1.0]])
        >>> round(wv.wmdistance(["tea"], ["milk"]), 3)  # doctest: +SKIP
        1.414
        """
        try:
            from ot import emd2
        except ImportError:
            raise ImportError("wmdistance needs the POT package: pip install 'ns2vec[wmd]'") from None
        known = [[key for key in document if key in self] for document in (document1, document2)]
        n_unknown = len(document1) + len(document2) - len(known[0]) - len(known[1])
        if n_unknown:
            logger.info("%d unknown words of two documents are left out", n_unknown)
        if not known[0] or not known[1]:
            logger.warning("at least one document has no known word: its distance is infinite")
            return float("inf")
        keys = list(dict.fromkeys(known[0] + known[1]))
        if len(keys) == 1:
            return 0.0
        vectors = np.array([self.get_vector(key, norm=norm) for key in keys], dtype=np.float64)
        gaps = np.sqrt(((vectors[:, np.newaxis] - vectors) ** 2).sum(axis=2))
        if gaps.sum() < 1e-8:
            logger.warning("all distances between the words are zero: the documents' distance is infinite")
            return float("inf")
        counts = (Counter(document) for document in known)
        weights = [
            np.array([count[key] / len(document) for key in keys])
            for count, document in zip(counts, known, strict=True)
        ]
        return float(emd2(*weights, gaps))
