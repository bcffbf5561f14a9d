"""The common core of all model families: the spec, the units, the matrices, and a run over them."""

from __future__ import annotations

import logging
from collections.abc import Callable, Hashable, Iterable
from functools import partial
from typing import Any

import numpy as np
import numpy.typing as npt

from ns2vec._typing import Int64Array
from ns2vec.corpus import Corpus, Scan
from ns2vec.exceptions import FormatError, VocabularyError
from ns2vec.formats.fitting import fit_rows
from ns2vec.inputs import Bags
from ns2vec.objectives import SOFTMAX_MAX_WORDS
from ns2vec.sampling import BoundSampler
from ns2vec.training.config import TrainingConfig
from ns2vec.training.encoding import ChunkFeed, EncodedCache
from ns2vec.training.matrices import Rows, empty_rows, grown_column, grown_rows, initial_rows, laid_out
from ns2vec.training.network import Goal, Lists, Network
from ns2vec.training.observers import Observer
from ns2vec.training.run import Feed, Plan, Run
from ns2vec.training.spec import Spec, TargetSpec, spec_of
from ns2vec.training.tables import Tables, paths_of, thresholds_of
from ns2vec.training.units import Side, Units
from ns2vec.vocab import NULL_WORD, Columns, Growth, Huffman, Vocabulary

logger = logging.getLogger(__name__)


def late_thresholds(columns: Columns, sample: float, null_row: int | None) -> npt.NDArray[np.uint32]:
    """Subsampling thresholds of the current counts, made on access."""
    return thresholds_of(columns["count"], sample, null_row)


def late_paths(columns: Columns, tables: Tables, name: str) -> npt.NDArray[Any]:
    """Paths of the tree of the current counts, made on access."""
    return paths_of(tables.huffman(columns["count"]), name)


class EmbeddingCore:
    """Units with their vectors, output matrices, and everything else for training them.

    A model family holds one, gives it a `config`, units and a spec, and overrides no training.

    Parameters
    ----------
    config : TrainingConfig
    inputs : KeyedVectors or Units
        The units with vectors. The keys of plain vectors are units with a row each.
    outputs : Units, optional
        The units that are predicted, if they are not the keys of the inputs but a second vocabulary: items,
        labels. Its bags, if it has any, are those of the outputs; its vectors are not used.
    tags : Units, optional
        Further inputs, of whole documents.
    spec : callable
        ``spec(config, n_outputs)`` returns what is trained.

    Attributes
    ----------
    matrices : dict of str to ndarray
        Output matrices by name, and the biases of outputs. All of them, like ``wv.vectors``, may be replaced
        at any time.
    tables : Tables
    encoded : EncodedCache
        Ids of the text that was counted most recently.
    epochs_trained : int
        In total: part of the key of the random streams.
    label_sets : Bags or None
        Outputs of each set, if pairs have sets of labels instead of an output.
    known : tuple of ndarray, or None
        Which outputs are not negatives of each input: see `Goal`. For the reader of pairs.
    """

    def __init__(
        self,
        config: TrainingConfig,
        inputs: Any,
        *,
        outputs: Units | None = None,
        tags: Units | None = None,
        spec: Callable[[TrainingConfig, int], Spec] = spec_of,
    ) -> None:
        self.config = config
        self.inputs = inputs if isinstance(inputs, Units) else Units(inputs)
        self.second = outputs
        self.tags = tags
        self.make_spec = spec
        self.matrices: dict[str, Any] = {}
        self.tables = Tables()
        self.encoded = EncodedCache()
        self.epochs_trained = 0
        self.label_sets: Bags | None = None
        self.known: Lists | None = None

    @property
    def wv(self) -> Any:
        """Keys and vectors of the inputs."""
        return self.inputs.wv

    @wv.setter
    def wv(self, wv: Any) -> None:
        self.inputs.wv = wv

    @property
    def outputs(self) -> Units:
        """The units that are predicted."""
        return self.second if self.second is not None else Units(self.wv)

    @property
    def spec(self) -> Spec:
        """The spec of the training."""
        return self.make_spec(self.config, len(self.outputs.wv.key_to_index))

    @property
    def counts(self) -> Int64Array:
        """How often each output occurs, shape (n_outputs,)."""
        return self.outputs.counts

    # ---- words ----

    def take_words(self, vocabulary: Vocabulary, null_row: int | None = None) -> None:
        """Set the vocabulary; it has no vectors yet. `null_row` is the row of a padding word."""
        self.inputs.take(vocabulary)
        self.wv.expandos["sample_int"] = thresholds_of(vocabulary.counts, self.config.sample, null_row)
        self.tables.forget()

    def share_words(self, wv: Any) -> None:
        """Use the words of other vectors; they are copied before they grow."""
        self.encoded.clear()
        self.inputs.share(wv)
        self.tables.forget()

    def add_words(self, growth: Growth, null_row: int | None = None) -> None:
        """Append new words and add to the counts; takes time in proportion to the new words."""
        self.inputs.add(growth)
        self.tables.forget()
        columns = self.inputs.columns()
        columns.later("sample_int", partial(late_thresholds, columns, self.config.sample, null_row))
        logger.info("%d new words, %d in all", len(growth.new_keys), len(self.wv.index_to_key))

    def keep_ids(self, corpus: Corpus, fingerprint: Hashable, scan: Scan, rows: Any) -> None:
        """Keep the ids of a counting pass, if there are any; `rows` maps them to rows.

        Recording the vocabulary that they are for takes time in proportion to all its words, so a shorter
        file is read again instead.
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
        """Make new weights: small random vectors, and outputs as the spec defines them."""
        size, n_rows = self.config.vector_size, self.outputs.n_rows
        for units in filter(None, (self.inputs, self.tags)):
            units.begin(seed, size)
        self.epochs_trained = 0
        for target in self.own_targets():
            rows = empty_rows(n_rows, size * self.spec.n_slots)
            self.matrices[target.matrix] = fresh_rows(target, rows, seed)
            if target.bias:
                self.matrices[target.bias_name] = np.zeros(len(self.outputs), dtype=np.float32)
        self.log_auto()
        self.make_tables()

    def extend(self, seed: int | None = None) -> None:
        """Initialize rows without weights; existing rows are not changed.

        A new row is initialized as in a new core of this size.
        """
        for units in filter(None, (self.inputs, self.tags)):
            units.extend(seed)
        for target in self.own_targets():
            old = self.output(target.matrix)
            rows = grown_rows(old, self.outputs.n_rows)
            self.matrices[target.matrix] = fresh_rows(target, rows, seed, first=len(old))
            if target.bias:
                bias = self.output(target.bias_name)
                self.matrices[target.bias_name] = grown_column(bias, len(self.outputs))
        self.log_auto()
        self.tables.forget()
        if self.spec.has_path:
            columns = self.outputs.columns()
            for name in ("code", "point"):
                columns.later(name, partial(late_paths, columns, self.tables, name))

    def own_targets(self) -> list[TargetSpec]:
        """Targets that have a matrix."""
        return [target for target in self.spec.targets if not target.tied]

    def output(self, name: str) -> Any:
        """An output matrix, or the biases that belong to one.

        Raises
        ------
        AttributeError
            If it has not been made: the objective was set later.
        """
        if name not in self.matrices:
            raise AttributeError(f"there is no {name!r} yet: init_weights() makes it")
        return self.matrices[name]

    def log_auto(self) -> None:
        """Log the objective that ``objective="auto"`` stands for."""
        chosen = self.spec.words
        if self.config.objective == "auto" and chosen is not None:
            logger.info(
                "objective 'auto' is %s: the vocabulary has %d words, full softmax is used up to %d",
                chosen.name, len(self.outputs), SOFTMAX_MAX_WORDS,
            )  # fmt: skip

    # ---- tables ----

    def make_tables(self) -> None:
        """Make the Huffman tree; the noise distribution is made when it is first needed."""
        self.tables.forget()
        if self.spec.has_path and self.has_counts():
            self.make_tree()

    def has_counts(self) -> bool:
        """Whether there are outputs with counts."""
        return bool(len(self.outputs)) and "count" in self.outputs.wv.expandos

    def make_tree(self) -> None:
        """Build the Huffman tree of the counts; paths are in the key attributes ``code`` and ``point``."""
        self.tables.tree = None
        for name in ("code", "point"):
            self.outputs.wv.expandos[name] = paths_of(self.huffman(), name)

    def huffman(self) -> Huffman:
        """The Huffman tree of the counts."""
        return self.tables.huffman(self.counts)

    def cum_table(self) -> Any:
        """The cumulative noise distribution; None without words or their output vectors."""
        if self.tables.cum_table is None and self.has_counts() and self.spec.words is not None:
            self.tables.make_cum_table(self.counts, self.config.ns_exponent)
        return self.tables.cum_table

    def sampler(self) -> BoundSampler:
        """The sampler, bound to the outputs.

        Raises
        ------
        VocabularyError
            If there are no outputs yet, or they have no counts.
        """
        config, keys = self.config, self.outputs.wv.key_to_index
        if not keys:
            raise VocabularyError("the sampler has no words to draw from: call build_vocab() first")
        return self.tables.sampler(keys, self.counts, config.sampler, config.ns_exponent, config.sample)

    # ---- training ----

    def network(self) -> Network:
        """Read the state that users may have replaced: weights, noise table, thresholds, locks."""
        spec, size = self.spec, self.config.vector_size
        inputs = self.inputs.side(size, "inputs" in spec.frozen)
        return Network(
            spec,
            inputs,
            [self.goal(target, inputs) for target in spec.targets],
            tags=None if self.tags is None else self.tags.side(size, "tags" in spec.frozen),
            keep=self.wv.expandos.get("sample_int"),
            null_row=self.wv.key_to_index.get(NULL_WORD) if spec.concat else None,
        )

    def goal(self, target: TargetSpec, inputs: Side) -> Goal:
        """A target with its current rows and tables."""
        is_path = target.outputs == "path"
        return Goal(
            target,
            inputs if target.tied else self.own_side(target),
            bound=self.sampler() if target.outputs == "sampled" else None,
            huffman=self.huffman() if is_path else None,
            bias=self.output(target.bias_name) if target.bias else None,
            known=self.known,
            other_inputs=self.second is not None,
            sets=self.label_sets if target.outputs == "labels" else None,
        )

    def own_side(self, target: TargetSpec) -> Side:
        """The rows of a target's own matrix."""
        outputs, is_path = self.outputs, target.outputs == "path"
        keys = () if is_path or outputs.bags is not None else outputs.wv.index_to_key
        matrix = self.matrices.get(target.matrix)
        is_frozen = "outputs" in self.spec.frozen
        size = self.config.vector_size * self.spec.n_slots
        rows = Rows(target.matrix, matrix, outputs.n_rows, size, keys, is_read=is_frozen)
        return Side(rows, outputs.bags, outputs.combine, frozen=is_frozen)

    def fit(
        self, examples: Corpus | Feed, plan: Plan, observers: Iterable[Observer] = (), *, model: Any = None
    ) -> tuple[int, int]:
        """Train on a corpus, or on another feed; return (words trained, words read).

        Observers are told that it is the training of `model`.

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
        feed = ChunkFeed(examples) if isinstance(examples, Corpus) else examples
        return Run(self, plan, feed, tuple(observers), model=model).train()

    def compose(self) -> None:
        """Update vectors that are computed from trained rows."""
        for units in filter(None, (self.inputs, self.tags)):
            units.compose()
            units.wv.norms = None

    # ---- state ----

    def arrays(self, n_rows: int, vector_size: int, owner: str) -> dict[str, Any]:
        """Output matrices for a file, with a row for each vector; matrices of other sizes are left out."""
        found = {}
        for name, array in self.matrices.items():
            if array is None:
                continue
            if np.ndim(array) == 1 or np.shape(array)[1:] == (vector_size * self.spec.n_slots,):
                found[name] = fit_rows(array, n_rows, name, owner)
            else:
                logger.warning(
                    "%s is not saved: it has shape %s, the vectors have shape %s; train again after loading",
                    name, np.shape(array), (n_rows, vector_size),
                )  # fmt: skip
        if self.tables.has_own_noise:
            found["cum_table"] = np.asarray(self.tables.cum_table)
        return found

    def adopt(self, wv: Any, arrays: dict[str, Any]) -> None:
        """Set words, vectors and arrays from a file.

        Raises
        ------
        FormatError
            If a matrix has another shape than the vectors.
        """
        self.wv = wv
        wv.norms = None  # as after training; readers of a model's vectors use their current values
        if not hasattr(wv, "vectors_lockf"):
            wv.vectors_lockf = np.ones(1, dtype=np.float32)
        outputs = {name: array for name, array in arrays.items() if name != "cum_table"}
        for name, array in outputs.items():
            found, size = np.shape(array), wv.vectors.shape
            expected = (self.outputs.n_rows, size[1] * self.spec.n_slots)[: max(1, len(found))]
            if found != expected:
                raise FormatError(f"{name} has shape {found}, the vectors have shape {size}")
        self.matrices.update(outputs)
        self.make_tables()
        if "cum_table" in arrays:
            self.tables.cum_table = np.array(arrays["cum_table"])

    def lay_out(self) -> None:
        """Move rows that came from a file into the layout of the kernels, which then use them in place.

        Arrays that are mapped, read-only or not of float32 are left as they are.
        """
        self.inputs.matrix = laid_out(self.inputs.matrix)
        self.matrices.update({name: laid_out(array) for name, array in self.matrices.items()})


def fresh_rows(target: TargetSpec, rows: Any, seed: int | None, first: int = 0) -> Any:
    """Initialize rows of outputs as the spec says; zeros are there already."""
    if target.start == "random":
        initial_rows(rows, seed, first)
    return rows
