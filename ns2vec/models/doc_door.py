"""gensim's methods of Doc2Vec before and during training, and for files: words, and tags with them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from functools import cached_property, partial
from typing import TYPE_CHECKING, Any, cast

from ns2vec._options import flag, whole
from ns2vec._typing import PathLike
from ns2vec.corpus import Corpus, Scan
from ns2vec.corpus.tagged import TagTally, open_document_file, open_documents
from ns2vec.exceptions import FormatError
from ns2vec.formats.state import ModelState
from ns2vec.keyedvectors import KeyedVectors
from ns2vec.models import jobs
from ns2vec.models.doc_tags import DocumentFeed, TagUnits, WholeDocuments, with_tags
from ns2vec.models.word2vec import Word2Vec
from ns2vec.training.config import TrainingConfig
from ns2vec.training.core import EmbeddingCore
from ns2vec.training.run import Feed
from ns2vec.training.spec import Spec, spec_of
from ns2vec.training.worker import Worker

if TYPE_CHECKING:
    from typing_extensions import Self

    from ns2vec.vocab import Growth


def document_spec(config: TrainingConfig, n_words: int, *, with_words: bool, concat: int = 0) -> Spec:
    """Return the spec of a configuration.

    Either PV-DM, whose windows have the tags of their document; or PV-DBOW, whose tags alone are trained on
    each word, as are the words around it if word vectors are trained. `concat` tags are concatenated with
    the words of the windows of PV-DM; 0 means that they are pooled.
    """
    spec = spec_of(config, n_words)
    if spec.pooled:
        return replace(spec, concat=concat)
    return spec if with_words else replace(spec, reader="tags")


class DocumentDoor(Word2Vec):
    """A model with tags besides its words.

    Attributes
    ----------
    dbow_words : {0, 1}
        PV-DBOW: train word vectors, too.
    dm_concat : {0, 1}
        PV-DM: inputs are concatenated.
    dm_tag_count : int
        The number of tags of each document then.
    """

    OTHERS = ("dv",)

    dbow_words = 0
    dm_concat = 0
    dm_tag_count = 1

    # ---- what is trained ---------------------------------------------------------------------------

    @cached_property
    def _core(self) -> EmbeddingCore:
        size = self.vector_size
        return EmbeddingCore(self._config(), KeyedVectors(size), tags=TagUnits(KeyedVectors(size)))

    def _ready(self) -> EmbeddingCore:
        core = super()._ready()
        core.make_spec = partial(document_spec, with_words=bool(self.dbow_words), concat=self._n_concat)
        return core

    def _take_options(self, options: Mapping[str, Any]) -> None:
        super()._take_options(options)
        self.dbow_words = int(flag("dbow_words", self.dbow_words))
        self.dm_concat = int(flag("dm_concat", self.dm_concat))
        self.dm_tag_count = whole("dm_tag_count", self.dm_tag_count, 1)

    @property
    def _n_concat(self) -> int:
        """Number of tags that are concatenated with words, 0 for none."""
        return self.dm_tag_count if self.dm_concat and not self.sg else 0

    @property
    def _tags(self) -> TagUnits:
        return cast(TagUnits, self._core.tags)

    @property
    def dv(self) -> Any:
        """Tags and their vectors."""
        return self._tags.wv

    @dv.setter
    def dv(self, dv: Any) -> None:
        self._tags.wv = dv

    # ---- tags, with the words --------------------------------------------------------------------

    def _start_state(self) -> None:
        super()._start_state()
        self._seen_tags: TagTally | None = None  # between a counting pass and the choice of words

    def _open(self, corpus_iterable: Any, corpus_file: PathLike | None, passes: int) -> Corpus:
        """Documents, or a text of them."""
        if corpus_iterable is None and corpus_file is not None:
            return open_document_file(corpus_file)
        if corpus_iterable is not None and corpus_file is None:
            corpus_iterable = open_documents(corpus_iterable)
        return super()._open(corpus_iterable, corpus_file, passes)

    def _count(self, corpus: Corpus, trim_rule: Callable[..., int] | None, memory_limit: int) -> Scan:
        found: tuple[Scan, TagTally] = open_documents(corpus).scan_with_tags(
            partial(super()._count, corpus, trim_rule, memory_limit)
        )
        scan, self._seen_tags = found
        self._seen_tags.warn(scan.n_sentences)
        return scan

    def _take(self, found: Growth | tuple[Any, Any]) -> None:
        super()._take(found)
        tally, self._seen_tags = self._seen_tags or TagTally(), None
        if isinstance(found, tuple):
            self._tags.take_tags(tally)
        else:
            self._tags.add_tags(tally)

    def scan_vocab(  # type: ignore[override]
        self, corpus_iterable: Any = None, corpus_file: PathLike | None = None, progress_per: int = 100000,
        trim_rule: Callable[..., int] | None = None,
    ) -> tuple[int, int]:  # fmt: skip
        """Count words into `raw_vocab`, and tags; return (words, documents)."""
        return super().scan_vocab(corpus_iterable, corpus_file, progress_per, trim_rule=trim_rule)

    def build_vocab_from_freq(
        self, word_freq: Mapping[Any, int], keep_raw_vocab: bool = False, corpus_count: int | None = None,
        trim_rule: Callable[..., int] | None = None, update: bool = False,
    ) -> None:  # fmt: skip
        """Choose the vocabulary from known counts; there are no tags then.

        See `Word2Vec.build_vocab_from_freq`. With `update` the tags stay.
        """
        self._seen_tags = None
        super().build_vocab_from_freq(word_freq, keep_raw_vocab, corpus_count, trim_rule, update)

    def reset_from(self, other_model: Any) -> None:
        """Share the words and tags of another model, and begin with new weights.

        Raises
        ------
        ConfigError
            If the other model has no vocabulary.
        """
        if isinstance(other_model, DocumentDoor):
            other_model._tags.is_shared = True
            self._tags.share(other_model.dv)
        super().reset_from(other_model)

    def estimate_memory(
        self, vocab_size: int | None = None, report: dict[str, int] | None = None
    ) -> dict[str, int]:
        """Return the bytes of words, tags, vectors and output weights; see `Word2Vec.estimate_memory`."""
        report = report if report is not None else {}
        report["doctag_lookup"] = self.estimated_lookup_memory()
        report["doctag_syn0"] = len(self.dv) * -(-self.vector_size // 16) * 16 * 4
        return super().estimate_memory(vocab_size, report)

    def estimated_lookup_memory(self) -> int:
        """Return the bytes that the keys of tags take, as gensim estimates them: 200 each.

        Examples
        --------
        >>> from ns2vec import Doc2Vec, TaggedDocument
        >>> documents = [TaggedDocument(["cat"], ["first"]), TaggedDocument(["dog"], ["second"])]
        >>> Doc2Vec(documents * 10, vector_size=8, min_count=1).estimated_lookup_memory()
        400
        """
        return 200 * len(self.dv)

    # ---- training --------------------------------------------------------------------------------

    def train(  # type: ignore[override]
        self, corpus_iterable: Any = None, corpus_file: PathLike | None = None,
        total_examples: int | None = None, total_words: int | None = None, epochs: int | None = None,
        start_alpha: float | None = None, end_alpha: float | None = None, word_count: int = 0,
        queue_factor: int = 2, report_delay: float = 1.0, callbacks: Iterable[Any] | None = (), **kwargs: Any,
    ) -> Any:  # fmt: skip
        """Train on documents with the existing words and tags; see `Word2Vec.train`.

        Tags that `build_vocab` has not seen are left out.

        Returns
        -------
        None
            As in gensim.
        """
        super().train(
            corpus_iterable, corpus_file, total_examples, total_words, epochs, start_alpha, end_alpha,
            word_count, queue_factor, report_delay, callbacks=callbacks, **kwargs,
        )  # fmt: skip

    @classmethod
    def from_checkpoint(
        cls, folder: PathLike, *, checkpoint_every: Any = None, **settings: Any
    ) -> tuple[Self, Callable[..., tuple[int, int]]]:
        """Read the newest checkpoint without training yet; see `Word2Vec.from_checkpoint`."""
        if "dm" in settings:
            settings["sg"] = (1 + int(settings.pop("dm"))) % 2
        if "dm_mean" in settings:
            settings["cbow_mean"] = settings.pop("dm_mean")
        return super().from_checkpoint(folder, checkpoint_every=checkpoint_every, **settings)

    def _feed(self, corpus: Corpus) -> Feed:
        documents = open_documents(corpus)
        if type(self)._do_train_job is not DocumentDoor._do_train_job:
            whole_documents: Any = WholeDocuments(documents)
            return jobs.BatchFeed(self, whole_documents, self._batch_state)
        return DocumentFeed(documents, self._n_concat)

    def _do_train_job(self, job: Iterable[Any], alpha: float, inits: Any) -> tuple[int, int]:
        """Train a batch of documents; subclasses override it and pass on others."""
        documents = list(job)
        ids = jobs.encode_batch([document.words for document in documents], self.wv.key_to_index, whole=True)
        tags, offsets = self._tags.rows_of([document.tags for document in documents])
        if self._n_concat:
            ids, tags, offsets = with_tags(ids, tags, offsets, self._n_concat)
        state = self._batch_state
        if state.worker is not None:
            n_trained, n_words, loss = state.worker.train(ids, alpha, state.chunk, None, tags, offsets)
            state.loss += loss
            return n_trained, n_words
        made, config = self._make_network(), self._core.config  # called by hand, outside train()
        worker = Worker(made.kernel(config), self.epochs_trained, 1, made.block(), config.seed)
        n_trained, n_words, _ = worker.train(ids, alpha, 0, None, tags, offsets)
        made.write_back()
        made.detach()
        return n_trained, n_words

    def _raw_word_count(self, job: Iterable[Any]) -> int:
        """Words in a batch of documents."""
        return sum(len(document.words) for document in job)

    def _clear_post_train(self) -> None:
        super()._clear_post_train()
        self.dv.vectors_changed()

    # ---- files ------------------------------------------------------------------------------------

    def to_state(self) -> ModelState:
        """Return the model as plain data."""
        state = super().to_state()
        state.others["dv"] = self.dv.to_state().vectors
        return state

    @classmethod
    def from_state(cls, state: ModelState) -> Self:
        """Make a model from plain data, ready to be trained on.

        Raises
        ------
        AttributeError
            If it is the state of a model without tags.
        FormatError
            If there are no tags, or their vectors have another length than those of words.
        """
        if state.kind != cls.KIND:
            raise AttributeError(
                f"Model of type {state.kind} can't be loaded by {cls.__name__}: use {state.kind}.load"
            )
        if "dv" not in state.others:
            raise FormatError(f"{state.name}: a Doc2Vec without tags: the file is damaged")
        dv = KeyedVectors.from_state(ModelState(KeyedVectors.KIND, state.others["dv"]))
        if dv.vectors.shape[1:] != state.vectors.vectors.shape[1:]:
            raise FormatError(
                f"{state.name}: tags have vectors of shape {dv.vectors.shape}, words of "
                f"{state.vectors.vectors.shape}"
            )
        made = super().from_state(state)
        made._tags.adopt(dv)
        made._core.lay_out()  # without it, each call of infer_vector would copy all rows
        made.layer1_size = made.vector_size * made._spec.n_slots
        return made

    def __getstate__(self) -> dict[str, Any]:
        return super().__getstate__() | {"dv": self.dv}

    def __setstate__(self, state: dict[str, Any]) -> None:
        if "sampler" not in state:  # pickled by gensim
            state = self._state_of_gensim(state)
        super().__setstate__({name: value for name, value in state.items() if name != "dv"})
        self._tags.adopt(state["dv"])
