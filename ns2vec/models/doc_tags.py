"""Tags of documents as units: their rows, new tags, and chunks with tags."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from itertools import chain
from typing import Any

import numpy as np

from ns2vec._typing import Int32Array, Int64Array
from ns2vec.corpus import END, UNKNOWN, Chunk
from ns2vec.corpus.tagged import AnyDocuments, Tag, TagTally
from ns2vec.formats.keys import n_row_numbers
from ns2vec.training.encoding import ChunkFeed
from ns2vec.training.matrices import Rows, empty_rows, grown_column
from ns2vec.training.units import Side, Units
from ns2vec.vocab import Columns

SHIFT = 7919  # as in gensim: rows of tags begin with another seed than those of words
COUNTS = ("word_count", "doc_count")


class TagUnits(Units):
    """Tags with their vectors.

    The first rows are those of int tags, which are in no dict: tag i has row i. The others have keys. If
    there are keys already, ints that are added later are keys, too.

    Parameters
    ----------
    dv : KeyedVectors
    """

    def __init__(self, dv: Any) -> None:
        super().__init__(dv, "dv.vectors", SHIFT)

    @property
    def n_plain(self) -> int:
        """Rows of ints that are in no dict."""
        return len(self.wv.index_to_key) - len(self.wv.key_to_index)

    def adopt(self, dv: Any) -> None:
        """Set tags and their vectors from a file."""
        n_plain = n_row_numbers(dv.index_to_key)
        dv.key_to_index = {key: row for row, key in enumerate(dv.index_to_key) if row >= n_plain}
        if not hasattr(dv, "vectors_lockf"):
            dv.vectors_lockf = np.ones(1, dtype=np.float32)
        self.wv = dv

    def side(self, vector_size: int, frozen: bool = False) -> Side:
        """The tags as an epoch trains them; a single row without a tag if there are none."""
        if not self.n_rows:
            return Side(Rows(self.name, empty_rows(1, vector_size), 1, vector_size))
        return super().side(vector_size, frozen)

    def take_tags(self, tally: TagTally) -> None:
        """Set the tags of a pass; they have no vectors yet."""
        dv, n_plain = self.wv, tally.largest + 1
        dv.index_to_key = [*range(n_plain), *tally.documents]
        dv.key_to_index = {key: n_plain + row for row, key in enumerate(tally.documents)}
        dv.expandos = Columns()
        self.is_shared = False
        self.count(tally)

    def add_tags(self, tally: TagTally) -> None:
        """Append new tags, and add to the counts."""
        dv = self.wv
        if self.is_shared:
            dv.index_to_key, dv.key_to_index = [*dv.index_to_key], {**dv.key_to_index}
            dv.expandos = Columns({name: column.copy() for name, column in dv.expandos.items()})
            self.is_shared = False
        ints = range(self.n_plain, tally.largest + 1)
        new = [tag for tag in ints if tag not in dv.key_to_index]
        if dv.key_to_index:
            new_keys = [*new, *(key for key in tally.documents if key not in dv.key_to_index)]
        else:
            dv.index_to_key.extend(new)
            new_keys = list(tally.documents)
        n_known = len(dv.index_to_key)
        dv.index_to_key.extend(new_keys)
        dv.key_to_index.update(zip(new_keys, range(n_known, n_known + len(new_keys)), strict=True))
        self.count(tally)

    def count(self, tally: TagTally) -> None:
        """Add to the counts: how many documents have each key, and how many words these have."""
        dv = self.wv
        if not (tally.documents or dv.expandos):
            return
        for name, counts in zip(COUNTS, (tally.words, tally.documents), strict=True):
            column = dv.expandos.get(name, np.zeros(0, dtype=np.int64))
            column = grown_column(column, len(dv.index_to_key))
            rows = [dv.key_to_index[key] for key in counts]
            column[rows] += np.fromiter(counts.values(), dtype=np.int64, count=len(counts))
            dv.expandos[name] = column

    def rows_of(self, lists: Iterable[Sequence[Tag]]) -> tuple[Int32Array, Int64Array]:
        """Rows of lists of tags, and where each list begins; unknown tags are left out."""
        lists = [*lists]
        plain = self.plain_rows(lists)
        if plain is not None:
            return plain
        rows: list[int] = []
        ends = [0]
        keys, n_plain, append = self.wv.key_to_index, self.n_plain, rows.append
        for tags in lists:
            for tag in tags:
                row = keys.get(tag)
                if row is not None:
                    append(row)
                elif isinstance(tag, int | np.integer) and 0 <= tag < n_plain:
                    append(int(tag))
            ends.append(len(rows))
        return np.array(rows, dtype=np.int32), np.array(ends, dtype=np.int64)

    def plain_rows(self, lists: list[Sequence[Tag]]) -> tuple[Int32Array, Int64Array] | None:
        """The same in less time if all tags are row numbers; None if they are not."""
        if self.wv.key_to_index:
            return None
        try:
            offsets = np.cumsum([0, *map(len, lists)])
            rows = np.array([*chain.from_iterable(lists)])
        except (TypeError, ValueError):
            return None
        is_plain = rows.ndim == 1 and rows.dtype.kind == "i" and len(rows) == offsets[-1]
        if not is_plain or rows.min() < 0 or rows.max() >= self.n_plain:
            return None
        return rows.astype(np.int32), offsets


class DocumentFeed(ChunkFeed):
    """Chunks of documents with the rows of their tags, for a run.

    Parameters
    ----------
    corpus : Documents or LineDocuments
    n_tags : int
        Tags of each document, if they are concatenated; 0: any number.
    """

    def __init__(self, corpus: AnyDocuments, n_tags: int = 0) -> None:
        super().__init__(corpus)
        self.documents = corpus
        self.n_tags = n_tags

    def read(self, run: Any) -> Iterator[Chunk]:
        """Chunks of one epoch, with tags."""
        for chunk in super().read(run):
            tags, offsets = run.core.tags.rows_of(self.documents.tags_of(chunk))
            words = chunk.words
            if self.n_tags:
                words, tags, offsets = with_tags(words, tags, offsets, self.n_tags)
            yield replace(chunk, words=words, tags=tags, tag_offsets=offsets)


def with_tags(
    words: Int32Array, tags: Int32Array, offsets: Int64Array, n_tags: int
) -> tuple[Int32Array, Int32Array, Int64Array]:
    """Give each document exactly this many tags; documents with more or fewer lose their words, as in gensim.

    Examples
    --------
    >>> from ns2vec.models.doc_tags import with_tags
    >>> words, tags = np.array([5, -1, 6, -1], np.int32), np.array([0, 1, 2], np.int32)
    >>> words, tags, offsets = with_tags(words, tags, np.array([0, 1, 3]), n_tags=1)
    >>> words.tolist(), tags.tolist(), offsets.tolist()
    ([5, -1, -2, -1], [0, 0], [0, 1, 2])
    """
    lengths = np.diff(offsets)
    fits = lengths == n_tags
    if fits.all():
        return words, tags, offsets
    is_end = words == END
    document = np.cumsum(is_end) - is_end
    rows = np.zeros((len(fits), n_tags), dtype=np.int32)
    rows[fits] = tags[np.repeat(fits, lengths)].reshape(-1, n_tags)
    kept = np.where(is_end | fits[document], words, UNKNOWN).astype(np.int32)
    return kept, rows.reshape(-1), np.arange(len(fits) + 1) * n_tags


class WholeDocuments:
    """Documents instead of their words, for a subclass of `Doc2Vec` that handles them."""

    def __init__(self, corpus: AnyDocuments) -> None:
        self.corpus = corpus

    def sentences(self) -> Iterator[Any]:
        """The documents, once."""
        return self.corpus.documents()
