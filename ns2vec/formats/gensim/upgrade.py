"""Records of gensim 0.12 to 4.4, whose attributes have moved over the years, as one plain state.

Before 0.13.4, a Word2Vec held its words itself; until 3.2 ``wv.syn0`` and ``wv.vocab``; from 3.3 to 3.8
output weights were in ``trainables`` and options in ``vocabulary``; since 4.0 they have the names of
`ModelState`. The tags of a Doc2Vec are ``dv`` since 4.0; before, ``docvecs`` had a row for each int tag and,
after these, for the names in ``offset2doctag`` (``index2doctag`` in 0.12).
"""

from __future__ import annotations

import logging
import os
import re
from collections.abc import Iterator
from typing import IO, Any, NoReturn

import numpy as np

from ns2vec._files import strip_compression
from ns2vec._magic import N_BYTES
from ns2vec._typing import Array, PathLike
from ns2vec.exceptions import FormatError
from ns2vec.formats.atomic import open_for_read
from ns2vec.formats.fitting import fit_rows, fit_state
from ns2vec.formats.gensim.phrases import PHRASE_KINDS, phrase_state
from ns2vec.formats.gensim.sidefiles import read_npy, read_npz
from ns2vec.formats.gensim.unpickling import Plain, Record, unpickle
from ns2vec.formats.keys import DAMAGED
from ns2vec.formats.state import ModelState, VectorState
from ns2vec.formats.strangers import refuse_stranger

logger = logging.getLogger(__name__)


ATTRIBUTE = re.compile(r"[A-Za-z_][A-Za-z0-9_]{0,99}")
VECTOR_KINDS = ("KeyedVectors", "Word2VecKeyedVectors", "EuclideanKeyedVectors")
SUBWORD_KIND = "FastTextKeyedVectors"
MODEL_KINDS = ("Word2Vec", "FastText", "Doc2Vec")
RENAMED = {"iter": "epochs", "size": "vector_size", "syn0_lockf": "vectors_lockf"}
WEIGHTS = ("syn1neg", "syn1")
MAX_THRESHOLD = 2**32 - 1

NGRAM_OPTIONS = ("min_n", "max_n", "bucket")
# options of Word2Vec, wherever a version kept them
OPTIONS = (
    "vector_size", "layer1_size", "alpha", "min_alpha", "window", "shrink_windows", "min_count",
    "effective_min_count", "max_vocab_size", "max_final_vocab", "sample", "sorted_vocab", "null_word", "seed",
    "hashfxn", "workers", "batch_words", "sg", "hs", "negative", "ns_exponent", "cbow_mean", "compute_loss",
    "epochs", "comment", "train_count", "total_train_time", "min_alpha_yet_reached", "running_training_loss",
    "corpus_count", "corpus_total_words", "raw_vocab", "lifecycle_events", "dbow_words", "dm_concat",
    "dm_tag_count",
)  # fmt: skip


def read_state(source: PathLike | IO[bytes], *, mmap: str | None = None) -> ModelState:
    """Read a Word2Vec, Doc2Vec or KeyedVectors that gensim saved.

    Parameters
    ----------
    source : path, address, ``"-"``, or file object
    mmap : {None, "r", "r+", "c"}
        Map the ``.npy`` files beside the path.

    Raises
    ------
    FormatError
        If it is damaged or holds another kind of model; RefusedGlobalError if it names something that no
        model needs.
    OSError
        If it cannot be read, or should be mapped although it is compressed.
    """
    if hasattr(source, "read"):
        name, path, content = getattr(source, "name", "file object"), None, source.read()
    else:
        name = path = os.fspath(source)
        if mmap and strip_compression(path)[1]:
            raise OSError(f"{path}: the arrays of a compressed model cannot be mapped: unpack it first")
        with open_for_read(source, own=("pickle",)) as stream:
            content = stream.read()
    refuse_stranger(content[:N_BYTES], name, own=("pickle",))
    root = unpickle(content, name)
    if not isinstance(root, Record):
        raise FormatError(f"{name}: expected a model of gensim, found a pickled {type(root).__name__}")
    try:
        return _Upgrade(name, path, mmap).model(root)
    except FormatError:
        raise
    except DAMAGED as error:
        raise FormatError(f"{name}: damaged: {type(error).__name__}: {error}") from None


class _Upgrade:
    """Converts the records of one file to a state."""

    def __init__(self, name: Any, path: str | None, mmap: str | None) -> None:
        self.name, self.path, self.mmap = name, path, mmap
        self.plain = Plain()

    def refuse(self, what: str) -> NoReturn:
        raise FormatError(f"{self.name}: {what}")

    # ---- attributes ----

    def attributes(self, record: Record, prefix: str) -> dict[str, Any]:
        """Return the raw attributes of a record; arrays kept in side files are read or mapped."""
        if not isinstance(record.state, dict):
            self.refuse(f"the state of a {record.kind} is not a dict")
        state = dict(record.state)
        for attribute in self.plain(state.get("__scipys", [])):
            self.refuse(f"its sparse matrix {attribute!r} belongs to no Word2Vec or KeyedVectors")
        for attribute in self.plain(state.get("__ignoreds", [])):
            state[attribute] = None
        for attribute in self.plain(state.get("__numpys", [])):
            if attribute not in state:  # it is there if an object was pickled after it had been saved
                state[attribute] = self.side_file(prefix, attribute)
        return state

    def side_file(self, prefix: str, attribute: Any) -> Array:
        if not isinstance(attribute, str) or not ATTRIBUTE.fullmatch(attribute):
            self.refuse(f"expected the name of an attribute, found {str(attribute)[:40]!r}")
        if self.path is None:
            self.refuse(f"its array {prefix}{attribute} is in a file beside it: load it by its path")
        compressed = strip_compression(self.path)[1]
        path = f"{self.path}.{prefix}{attribute}.{'npz' if compressed else 'npy'}"
        try:
            return read_npz(path) if compressed else read_npy(path, self.mmap)
        except FileNotFoundError as error:
            raise FileNotFoundError(
                error.errno, "this file belongs to the model and has to be in the same folder", path
            ) from None

    # ---- the model ----

    def model(self, root: Record) -> ModelState:
        if root.kind in VECTOR_KINDS:
            return ModelState("KeyedVectors", self.vectors(self.attributes(root, "")))
        if root.kind == SUBWORD_KIND:
            return ModelState(SUBWORD_KIND, self.subwords(self.attributes(root, "")))
        if root.kind in PHRASE_KINDS:
            return phrase_state(root.kind, self.attributes(root, ""), self.plain, self.name)
        if root.kind not in MODEL_KINDS:
            known = ", ".join((*MODEL_KINDS, "KeyedVectors", "Phrases"))
            self.refuse(f"holds a {root.kind}; of gensim's models ns2vec reads {known}")
        state = self.attributes(root, "")
        for part in ("vocabulary", "trainables"):
            if isinstance(state.get(part), Record):
                inner = self.attributes(state.pop(part), f"{part}.")
                state.update({name: value for name, value in inner.items() if not name.startswith("__")})
        state = {RENAMED.get(name, name): value for name, value in state.items()}
        own = state.get("wv")
        inner = self.attributes(own, "wv.") if isinstance(own, Record) else state
        vectors = self.subwords({**state, **inner}) if root.kind == "FastText" else self.vectors(inner)
        if "vectors_lockf" in state:
            vectors.attributes.setdefault("vectors_lockf", self.plain(state["vectors_lockf"]))
        arrays = {name: self.plain(state[name]) for name in WEIGHTS if state.get(name) is not None}
        options = {name: self.plain(state[name]) for name in OPTIONS if name in state}
        options.setdefault("vector_size", vectors.vectors.shape[1])
        n_rows, vector_size = vectors.vectors.shape
        if options.get("dm_concat") and not options.get("sg"):
            vector_size *= options.get("dm_tag_count", 1) + 2 * options.get("window", 5)
        for name, array in arrays.items():
            if not isinstance(array, np.ndarray) or array.shape[1:] != (vector_size,):
                self.refuse(f"{name} has shape {getattr(array, 'shape', None)}, not that of the vectors")
            arrays[name] = fit_rows(array, n_rows, name, self.name)
        options |= {name: vectors.attributes[name] for name in NGRAM_OPTIONS if name in vectors.attributes}
        others = {"dv": self.tags(state)} if root.kind == "Doc2Vec" else {}
        return ModelState(root.kind, vectors, options, arrays, others=others)

    def subwords(self, state: dict[str, Any]) -> VectorState:
        """Return words with their own rows and those of n-grams; gensim's files lack their means."""
        rows, ngrams = (self.first(state, f"vectors_{name}", f"syn0_{name}") for name in ("vocab", "ngrams"))
        if "syn0_all" in state:
            self.refuse(
                "holds a FastText of gensim's old wrapper, which has no rows of words: load the .bin file "
                "that it was made of with load_facebook_model"
            )
        if not isinstance(rows, np.ndarray) or not isinstance(ngrams, np.ndarray):
            self.refuse("it has no rows of words or of n-grams")
        found = self.vectors({**state, "vectors": rows})
        attributes = found.attributes
        attributes.pop("vectors_lockf", None)
        attributes |= {name: int(self.plain(state[name])) for name in NGRAM_OPTIONS if name in state}
        attributes |= {"vectors_vocab": found.vectors, "ngram_rows": ngrams, "has_no_means": True}
        for name in ("vectors_vocab_lockf", "vectors_ngrams_lockf"):
            if isinstance(lock := self.plain(state.get(name)), np.ndarray):
                attributes[name] = lock
        known = self.plain(state.get("hash2index") or {})
        if known and len(ngrams) != attributes.get("bucket"):  # gensim 3 kept only rows in use
            attributes["ngram_buckets"] = np.array(sorted(known, key=known.__getitem__), dtype=np.int64)
            attributes["ngrams_pruned"] = True
        if not self.plain(state.get("compatible_hash")):
            logger.warning(
                "%s: gensim before 3.8 hashed non-ASCII n-grams differently: the vectors of such words "
                "differ",
                self.name,
            )
        return found

    def tags(self, state: dict[str, Any]) -> VectorState:
        """Return the tags of a Doc2Vec, of which old versions kept only the names."""
        if isinstance(state.get("dv"), Record):
            return self.vectors(self.attributes(state["dv"], "dv."))
        if not isinstance(state.get("docvecs"), Record):
            self.refuse("it is a Doc2Vec without tags")
        inner = self.attributes(state["docvecs"], "docvecs.")
        vectors = self.first(inner, "vectors_docs", "doctag_syn0")
        names = self.first(inner, "offset2doctag", "index2doctag") or []
        if not isinstance(vectors, np.ndarray) or not isinstance(names, list) or len(names) > len(vectors):
            self.refuse("the vectors of its tags do not fit their names")
        n_ints = len(vectors) - len(names)
        expandos = {name: np.zeros(len(vectors), dtype=np.int64) for name in ("word_count", "doc_count")}
        doctags = inner.get("doctags") or {}
        for row, name in enumerate(names, n_ints):
            tag = doctags.get(name)
            if isinstance(tag, Record) and len(tag.args) == 3:
                expandos["word_count"][row], expandos["doc_count"][row] = self.plain(tag.args)[1:]
        keys = [*range(n_ints), *names]
        return self.vectors({"index_to_key": keys, "vectors": vectors, "expandos": expandos if names else {}})

    def vectors(self, state: dict[str, Any]) -> VectorState:
        keys = self.first(state, "index_to_key", "index2word", "index2entity")
        vectors = self.first(state, "vectors", "syn0")
        if not isinstance(keys, list) or not isinstance(vectors, np.ndarray) or vectors.ndim != 2:
            self.refuse("it has no list of keys or no matrix of vectors")
        if vectors.dtype.kind != "f":
            self.refuse(f"expected vectors of floating-point numbers, found {vectors.dtype}")
        if "vocab" in state and isinstance(state["vocab"], dict):
            keys = self.known_words(state["vocab"], keys)
            expandos = self.old_vocab(state["vocab"], keys)
        else:
            expandos = dict(self.expandos(self.plain(state.get("expandos") or {})))
        attributes = {}
        lock = self.plain(state.get("vectors_lockf"))
        if isinstance(lock, np.ndarray):
            attributes["vectors_lockf"] = lock
        if type(state.get("next_index")) is int:
            attributes["next_index"] = state["next_index"]
        found = VectorState(keys, vectors, expandos, attributes, path=self.name)
        return fit_state(found, lambda: self.plain(state.get("key_to_index") or {}))

    def first(self, state: dict[str, Any], *names: str) -> Any:
        return next((self.plain(state[name]) for name in names if state.get(name) is not None), None)

    def expandos(self, found: Any) -> Iterator[tuple[str, Array]]:
        for name, values in found.items():
            if not isinstance(values, np.ndarray):
                self.refuse(f"the attribute {name!r} of the keys is not an array")
            if name not in ("code", "point"):  # the Huffman tree follows from the counts
                yield name, values

    def known_words(self, vocab: dict[Any, Any], keys: list[Any]) -> list[Any]:
        """Return the words that have an entry; the others, which gensim would not find either, are None."""
        lost = [key for key in keys if key not in vocab]
        if not lost:
            return keys
        logger.warning(
            "%s: %d words (the first is %r) have no entry in the vocabulary: their rows are free",
            self.name, len(lost), lost[0],
        )  # fmt: skip
        return [key if key in vocab else None for key in keys]

    def old_vocab(self, vocab: dict[Any, Any], keys: list[Any]) -> dict[str, Array]:
        """Return the attributes that gensim before 4.0 kept in an object for each word."""
        expandos = {name: np.zeros(len(keys), dtype=np.int64) for name in ("count", "sample_int")}
        seen = set()
        for key in keys:
            if key is None:
                continue
            entry = vocab.get(key)
            if not isinstance(entry, Record) or not isinstance(entry.state, dict):
                self.refuse(f"the word {str(key)[:40]!r} has no entry in the vocabulary")
            row = self.plain(entry.state.get("index"))
            if type(row) is not int or not 0 <= row < len(keys) or keys[row] != key:
                self.refuse(f"the word {str(key)[:40]!r} has the row {row!r}")
            for name in expandos:
                value = entry.state.get(name)
                if value is not None:
                    seen.add(name)
                    expandos[name][row] = self.plain(value)
        expandos = {name: values for name, values in expandos.items() if name in seen}
        if "sample_int" in expandos:
            expandos["sample_int"] = np.clip(expandos["sample_int"], 0, MAX_THRESHOLD).astype(np.uint32)
        return expandos
