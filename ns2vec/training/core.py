"""What every family of models is made of: what is trained, the words, the matrices, and a run over them."""

from __future__ import annotations

import logging
from collections.abc import Hashable, Iterable
from functools import partial
from typing import Any

import numpy as np
import numpy.typing as npt

from ns2vec._typing import Int64Array
from ns2vec.corpus import Corpus, Scan
from ns2vec.exceptions import FormatError, VocabularyError
from ns2vec.formats.fitting import fit_rows
from ns2vec.objectives import SOFTMAX_MAX_WORDS
from ns2vec.sampling import BoundSampler
from ns2vec.training.config import TrainingConfig
from ns2vec.training.encoding import ChunkFeed, EncodedCache
from ns2vec.training.matrices import Rows, empty_rows, grown_column, grown_rows, initial_rows
from ns2vec.training.network import Network, lock_factors
from ns2vec.training.observers import Observer
from ns2vec.training.run import Plan, Run
from ns2vec.training.spec import Spec
from ns2vec.training.tables import Tables, paths_of, thresholds_of
from ns2vec.vocab import Columns, Growth, Huffman, Vocabulary

logger = logging.getLogger(__name__)

FROM_COUNTS = ("sample_int", "code", "point")  # attributes of words that are made again from all counts


def late_thresholds(columns: Columns, sample: float, null_row: int | None) -> npt.NDArray[np.uint32]:
    """Thresholds of the counts as they are when somebody asks."""
    return thresholds_of(columns["count"], sample, null_row)


def late_paths(columns: Columns, tables: Tables, name: str) -> npt.NDArray[Any]:
    """Paths of the tree of the counts as they are when somebody asks."""
    return paths_of(tables.huffman(columns["count"]), name)


class EmbeddingCore:
    """Words with input vectors, output matrices, and all that training needs of them.

    A family of models holds one, and gives it a `config` and words; it overrides no training.

    Parameters
    ----------
    config : TrainingConfig
    wv : KeyedVectors
        Words and input vectors.

    Attributes
    ----------
    outputs : dict of str to ndarray
        Output matrices by name. Any of them, like ``wv.vectors``, may be replaced at any time.
    tables : Tables
    encoded : EncodedCache
        Ids of the text that was counted last.
    epochs_trained : int
        In all: part of the key of the random streams.
    """

    def __init__(self, config: TrainingConfig, wv: Any) -> None:
        self.config = config
        self.wv = wv
        self.outputs: dict[str, Any] = {}
        self.tables = Tables()
        self.encoded = EncodedCache()
        self.epochs_trained = 0
        self.shares_words = False  # with another core, whose keys and counts must not change

    @property
    def spec(self) -> Spec:
        """What is trained."""
        return self.config.spec(len(self.wv.key_to_index))

    @property
    def counts(self) -> Int64Array:
        """How often each word occurs, shape (V,)."""
        found: Int64Array = self.wv.expandos["count"]
        return found

    def columns(self) -> Columns:
        """Attributes of the words, of which some may be made late."""
        if not isinstance(self.wv.expandos, Columns):
            self.wv.expandos = Columns(self.wv.expandos)
        return self.wv.expandos

    def n_rows(self, matrix: str) -> int:
        """Rows that a matrix has: ``"vectors"``, or the name of an output matrix. Free ones count too."""
        return len(self.wv)

    # ---- words ----

    def take_words(self, vocabulary: Vocabulary, null_row: int | None = None) -> None:
        """Begin with a vocabulary; it has no vectors yet. `null_row` is that of a padding word."""
        thresholds = thresholds_of(vocabulary.counts, self.config.sample, null_row)
        self.wv.index_to_key, self.wv.key_to_index = vocabulary.index_to_key, vocabulary.key_to_index
        self.wv.expandos = Columns({"count": vocabulary.counts, "sample_int": thresholds})
        self.shares_words = False
        self.tables.forget()

    def share_words(self, wv: Any) -> None:
        """Take the words of other vectors; a copy is taken before they grow."""
        self.encoded.clear()
        self.wv.index_to_key, self.wv.key_to_index = wv.index_to_key, wv.key_to_index
        self.wv.expandos = wv.expandos
        self.tables.forget()
        self.lend_words()

    def lend_words(self) -> None:
        """Take a copy of the words before they grow, because others have them too."""
        self.shares_words = True

    def add_words(self, growth: Growth, null_row: int | None = None) -> None:
        """Take new words behind the old ones, and count on; in time of the new words."""
        wv = self.wv
        if self.shares_words:
            wv.index_to_key, wv.key_to_index = [*wv.index_to_key], {**wv.key_to_index}
            wv.expandos = Columns({**wv.expandos, "count": self.counts.copy()})
            self.shares_words = False
        n_known = len(wv.index_to_key)
        n_words = n_known + len(growth.new_keys)
        wv.index_to_key.extend(growth.new_keys)
        wv.key_to_index.update(zip(growth.new_keys, range(n_known, n_words), strict=True))
        columns = self.columns()
        for name in [*columns]:
            if name not in FROM_COUNTS:
                columns[name] = grown_column(columns[name], n_words)
        growth.add_to(columns["count"])
        self.tables.forget()
        columns.later("sample_int", partial(late_thresholds, columns, self.config.sample, null_row))
        logger.info("%d new words, %d in all", len(growth.new_keys), n_words)

    def keep_ids(self, corpus: Corpus, fingerprint: Hashable, scan: Scan, rows: Any) -> None:
        """Keep the ids of a counting pass, if there are any; `rows` leads from them to rows.

        To note which vocabulary they are for takes time of all its words, so a file that is shorter is read
        again instead.
        """
        keys = self.wv.key_to_index
        if scan.encoded is None:
            return
        if fingerprint is not None and scan.n_words < len(keys):
            scan.encoded.close()
            return
        self.encoded.keep(corpus, fingerprint, scan.encoded, rows, keys, self.config.batch_words)

    # ---- matrices ----

    def begin(self, seed: int | None = None) -> None:
        """Make fresh weights: small random input vectors, zero outputs."""
        vectors = empty_rows(self.n_rows("vectors"), self.config.vector_size)
        initial_rows(vectors, seed)
        self.wv.vectors = vectors
        self.wv.vectors_lockf = np.ones(1, dtype=np.float32)
        self.epochs_trained = 0
        for target in self.spec.targets:
            self.outputs[target.matrix] = empty_rows(self.n_rows(target.matrix), self.config.vector_size)
        self.log_auto()
        self.make_tables()

    def extend(self, seed: int | None = None) -> None:
        """Give rows that have no weights yet fresh ones; the rows that are there stay.

        A new row is the one that a core of this size would have begun with.
        """
        wv, n_known, n_rows = self.wv, len(self.wv.vectors), self.n_rows("vectors")
        wv.vectors = grown_rows(wv.vectors, n_rows)
        initial_rows(wv.vectors, seed, first=n_known)
        lock = getattr(wv, "vectors_lockf", np.ones(1, dtype=np.float32))
        if len(lock) == n_known != 1:
            lock = np.concatenate([lock, np.ones(n_rows - n_known, dtype=lock.dtype)])
        wv.vectors_lockf = lock
        wv.vectors_changed()
        for target in self.spec.targets:
            name = target.matrix
            self.outputs[name] = grown_rows(self.output(name), self.n_rows(name))
        self.log_auto()
        self.tables.forget()
        if self.spec.has_path:
            columns = self.columns()
            for name in ("code", "point"):
                columns.later(name, partial(late_paths, columns, self.tables, name))

    def output(self, name: str) -> Any:
        """An output matrix.

        Raises
        ------
        AttributeError
            If it has not been made: the objective came later.
        """
        if name not in self.outputs:
            raise AttributeError(f"there is no {name!r} yet: init_weights() makes it")
        return self.outputs[name]

    def log_auto(self) -> None:
        """Say what ``objective="auto"`` has become."""
        chosen = self.spec.words
        if self.config.objective == "auto" and chosen is not None:
            logger.info(
                "objective 'auto' is %s: the vocabulary has %d words, the full softmax is taken up to %d",
                chosen.name, len(self.wv.key_to_index), SOFTMAX_MAX_WORDS,
            )  # fmt: skip

    # ---- tables ----

    def make_tables(self) -> None:
        """Make the Huffman tree; the noise distribution is made when it is needed."""
        self.tables.forget()
        if self.spec.has_path and "count" in self.wv.expandos and len(self.wv):
            self.make_tree()

    def make_tree(self) -> None:
        """Build the Huffman tree of the counts; paths are in the key attributes ``code`` and ``point``."""
        self.tables.tree = None
        for name in ("code", "point"):
            self.wv.expandos[name] = paths_of(self.huffman(), name)

    def huffman(self) -> Huffman:
        """The Huffman tree of the counts."""
        return self.tables.huffman(self.counts)

    def cum_table(self) -> Any:
        """The cumulative noise distribution; None without words or their output vectors."""
        has_noise = "count" in self.wv.expandos and len(self.wv) and self.spec.words is not None
        if self.tables.cum_table is None and has_noise:
            self.tables.make_cum_table(self.counts, self.config.ns_exponent)
        return self.tables.cum_table

    def sampler(self) -> BoundSampler:
        """The sampler at work on the words.

        Raises
        ------
        VocabularyError
            If there are none yet.
        """
        if not self.wv.key_to_index:
            raise VocabularyError("the sampler has no words to draw from: call build_vocab() first")
        config = self.config
        return self.tables.sampler(self.wv, config.sampler, config.ns_exponent, config.sample)

    # ---- training ----

    def network(self) -> Network:
        """Read the state that users may have replaced: weights, noise table, thresholds, locks."""
        size = self.config.vector_size
        made = Network(Rows("wv.vectors", self.wv.vectors, self.n_rows("vectors"), size))
        for target in self.spec.targets:
            name = target.matrix
            rows = Rows(name, self.outputs.get(name), self.n_rows(name), size)
            if target.outputs == "path":
                made.syn1, made.huffman = rows, self.huffman()
            else:
                made.syn1neg, made.objective = rows, target.objective
                made.bound = self.sampler() if target.outputs == "sampled" else None
        made.keep = self.wv.expandos.get("sample_int")
        made.lock = lock_factors(getattr(self.wv, "vectors_lockf", None))
        return made

    def fit(self, corpus: Corpus, plan: Plan, observers: Iterable[Observer] = ()) -> tuple[int, int]:
        """Train on a corpus; return (words trained, words read).

        Examples
        --------
        >>> from ns2vec import KeyedVectors
        >>> from ns2vec.corpus import open_corpus
        >>> from ns2vec.training import EmbeddingCore, Plan, TrainingConfig
        >>> from ns2vec.vocab import build_vocabulary
        >>> config = TrainingConfig(vector_size=8, min_count=1, sample=0, workers=1)
        >>> core = EmbeddingCore(config, KeyedVectors(8))
        >>> vocabulary, _ = build_vocabulary(["a", "b"], np.array([20, 20]), min_count=1)
        >>> core.take_words(vocabulary)
        >>> core.begin(seed=1)
        >>> core.fit(open_corpus([["a", "b"]] * 20), Plan(3, 0.025, 0.0001, 40, None))
        (120, 120)
        """
        return Run(self, plan, ChunkFeed(corpus), tuple(observers)).train()

    # ---- state ----

    def arrays(self, n_rows: int, vector_size: int, owner: str) -> dict[str, Any]:
        """Output matrices for a file, of as many rows as there are vectors; without those of other sizes."""
        found = {}
        for name, array in self.outputs.items():
            if array is None:
                continue
            if np.shape(array)[1:] == (vector_size,):
                found[name] = fit_rows(array, n_rows, name, owner)
            else:
                logger.warning(
                    "%s is not saved: it has shape %s, the vectors have shape %s; train anew after loading",
                    name, np.shape(array), (n_rows, vector_size),
                )  # fmt: skip
        if self.tables.has_own_noise:
            found["cum_table"] = np.asarray(self.tables.cum_table)
        return found

    def adopt(self, wv: Any, arrays: dict[str, Any]) -> None:
        """Take words, vectors and arrays of a file.

        Raises
        ------
        FormatError
            If a matrix has another shape than the vectors.
        """
        self.wv = wv
        wv.norms = None  # as after training; whoever looks at a model's vectors reads them as they are
        if not hasattr(wv, "vectors_lockf"):
            wv.vectors_lockf = np.ones(1, dtype=np.float32)
        outputs = {name: array for name, array in arrays.items() if name != "cum_table"}
        for name, array in outputs.items():
            found, size = np.shape(array), wv.vectors.shape
            if found != (self.n_rows(name), size[1]):
                raise FormatError(f"{name} has shape {found}, the vectors have shape {size}")
        self.outputs.update(outputs)
        self.make_tables()
        if "cum_table" in arrays:
            self.tables.cum_table = np.array(arrays["cum_table"])
