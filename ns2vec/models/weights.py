"""gensim's methods for the weights and tables of a vocabulary: initialize, extend, measure them."""

from __future__ import annotations

from typing import Any

from ns2vec._options import whole
from ns2vec.exceptions import VocabularyError
from ns2vec.models.stored import StoredModel
from ns2vec.sampling import BoundSampler


class GensimWeights(StoredModel):
    """Methods of gensim's models for weights; for a model that has words."""

    def _check_update(self, update: bool) -> None:
        """Check that a vocabulary that is to grow has words and weights."""
        if update and (not self.wv.key_to_index or not len(self.wv.vectors)):
            raise VocabularyError(
                "You cannot do an online vocabulary-update of a model which has no prior vocabulary: "
                "call build_vocab() without update=True first"
            )

    def prepare_weights(self, update: bool = False) -> None:
        """Make new weights or, with `update`, weights for the words that have none yet.

        Parameters
        ----------
        update : bool

        Examples
        --------
        >>> from ns2vec import Word2Vec
        >>> model = Word2Vec(vector_size=8, min_count=1)
        >>> model.scan_vocab([["cat", "sat"]])
        (2, 1)
        >>> _ = model.prepare_vocab()
        >>> model.prepare_weights()
        >>> model.wv.vectors.shape
        (2, 8)
        """
        if update:
            self.update_weights()
        else:
            self.init_weights()

    def init_weights(self) -> None:
        """Make new weights: small random input vectors, zero output vectors.

        Examples
        --------
        >>> from ns2vec import Word2Vec
        >>> model = Word2Vec([["cat", "sat"]] * 20, vector_size=8, min_count=1)
        >>> model.init_weights()
        >>> bool(model.syn1neg.any())
        False
        """
        self._ready().begin(self.seed)

    def update_weights(self) -> None:
        """Give words without vectors new input vectors and zero output vectors; existing rows stay.

        A new row is the one that a model of this size would have begun with. With hierarchical softmax the
        tree is built again from all counts, so its inner nodes stand for different groups of words than
        before.

        Raises
        ------
        VocabularyError
            If there are no weights yet.

        Examples
        --------
        >>> from ns2vec import Word2Vec
        >>> model = Word2Vec([["cat", "sat"]] * 20, vector_size=8, min_count=1)
        >>> model.scan_vocab([["fox", "sat"]])
        (2, 1)
        >>> _ = model.prepare_vocab(update=True)
        >>> model.update_weights()
        >>> model.wv.vectors.shape
        (3, 8)
        """
        self._check_update(True)
        self._ready().extend(self.seed)

    @property
    def cum_table(self) -> Any:
        """The cumulative noise distribution, shape (V,), uint32; None without words or their output vectors.

        Training draws from the exact distribution; a table that you set is read at the next `train`.
        """
        return self._ready().cum_table()

    @cum_table.setter
    def cum_table(self, table: Any) -> None:
        self._core.tables.cum_table = table

    def make_cum_table(self, domain: int = 2**31 - 1) -> None:
        """Make `cum_table`, the cumulative noise distribution (V,) scaled to `domain`, uint32.

        Parameters
        ----------
        domain : int
            The last entry of the table.

        Examples
        --------
        >>> from ns2vec import Word2Vec
        >>> model = Word2Vec([["cat", "sat"]] * 20, vector_size=8, min_count=1)
        >>> model.make_cum_table(domain=100)
        >>> model.cum_table.tolist()
        [50, 100]
        """
        self._core.tables.make_cum_table(self._core.counts, self.ns_exponent, domain)

    def create_binary_tree(self) -> None:
        """Build the Huffman tree from the counts; its paths are in the key attributes ``code`` and ``point``.

        Examples
        --------
        >>> from ns2vec import Word2Vec
        >>> model = Word2Vec([["cat", "sat"]] * 20, vector_size=8, min_count=1, hs=1, negative=0)
        >>> model.create_binary_tree()
        >>> len(model.wv.get_vecattr("cat", "code"))
        1
        """
        self._core.make_tree()

    def bound_sampler(self) -> BoundSampler:
        """Return the model's sampler, bound to its vocabulary: draws, probabilities, `report`.

        Returns
        -------
        BoundSampler

        Raises
        ------
        VocabularyError
            If there is no vocabulary yet.

        Examples
        --------
        >>> from ns2vec import Word2Vec
        >>> model = Word2Vec([["cat", "sat"]] * 20, vector_size=8, min_count=1)
        >>> model.bound_sampler().sample(5).shape
        (5,)
        """
        return self._ready().sampler()

    def estimate_memory(
        self, vocab_size: int | None = None, report: dict[str, int] | None = None
    ) -> dict[str, int]:
        """Return the bytes that words, vectors and output weights take for a vocabulary of `vocab_size`.

        Rows are padded to a multiple of 16 floats; a word itself counts as 500 bytes (700 with hierarchical
        softmax), as in gensim. The full softmax has scores for a whole window (``scores``).

        Parameters
        ----------
        vocab_size : int, optional
            The model's unless given.
        report : dict, optional
            Filled in and returned.

        Returns
        -------
        dict of str -> int

        Examples
        --------
        >>> from ns2vec import Word2Vec
        >>> Word2Vec(vector_size=100).estimate_memory(1_000_000)["vectors"]
        448000000
        """
        n_words = whole("vocab_size", vocab_size or len(self.wv))
        row = -(-self.vector_size // 16) * 16 * 4
        report, spec = report if report is not None else {}, self._spec
        report["vocab"] = n_words * (700 if spec.has_path else 500)
        report["vectors"] = n_words * row
        out_row = -(-self.vector_size * spec.n_slots // 16) * 16 * 4
        matrices = [target.matrix for target in spec.targets]
        report |= dict.fromkeys(matrices, n_words * out_row)
        if spec.has_one_updater:
            report["scores"] = 2 * self.window * n_words * 4
        if self.shards is not None:
            copies = min(self.workers, self.shards) + self.shards  # of the changes: at most
            report["shards"] = copies * sum(report[name] for name in ("vectors", *matrices))
        if self.guard == "rollback":
            report["guard"] = n_words * row * (1 + len(spec.targets))
        report["total"] = sum(size for name, size in report.items() if name != "total")
        return report
