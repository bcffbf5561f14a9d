"""Text with joined phrases, from codes to codes: no sentence of str is made on the way to training."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterator, Sequence
from itertools import chain
from typing import Any

from ns2vec._typing import Int32Array, Token
from ns2vec.corpus._bigrams import JoinedCodes, Joiner, spelled
from ns2vec.corpus.base import Corpus, Found, OnProgress, Scan, exact_dict, numbered
from ns2vec.corpus.chunks import CHUNK_WORDS, Chunk
from ns2vec.corpus.encoded import EncodedCorpus
from ns2vec.corpus.files import FileCorpus


class JoinedCorpus(Corpus):
    r"""A text with joined phrases.

    Parameters
    ----------
    text : FileCorpus or JoinedCorpus
        If it is a JoinedCorpus, with other phrases joined.
    make_joiner : callable() -> Joiner
        Called at the beginning of each pass.

    Examples
    --------
    >>> import io
    >>> from ns2vec.corpus import open_corpus
    >>> from ns2vec.corpus._bigrams import FrozenJoiner
    >>> from ns2vec.corpus.joined import JoinedCorpus
    >>> text = open_corpus(io.BytesIO(b"in new york\nnew york\n"))
    >>> corpus = JoinedCorpus(text, lambda: FrozenJoiner({"new_york": 3.5}, "_", []))
    >>> list(corpus.sentences()), corpus.scan().tokens
    ([['in', 'new_york'], ['new_york']], ['in', 'new_york'])
    """

    def __init__(self, text: FileCorpus | JoinedCorpus, make_joiner: Callable[[], Joiner]) -> None:
        self.text, self.make_joiner = text, make_joiner
        self.passes = text.passes

    @property
    def no_words(self) -> str:
        """What to report if there are no words."""
        return self.text.no_words

    def fingerprint(self) -> Hashable | None:
        """Return that of the text and the mark of the phrases; None if that of the text cannot be known."""
        found = self.text.fingerprint()
        return None if found is None else (found, self.make_joiner().mark)

    def _scan(self, chunk_words: int, memory_limit: int, workers: int, on_progress: OnProgress) -> Scan:
        joined = JoinedCodes(self.make_joiner(), chunk_words=chunk_words)
        # without a fingerprint, it cannot be known later whether the ids are valid
        kept = memory_limit > 0 and self.fingerprint() is not None
        encoded = EncodedCorpus(memory_limit) if kept else None
        try:
            for found in self._chunks(joined):
                if encoded is not None:
                    encoded.append(*found)
                on_progress(joined.n_words, joined.n_sentences, None)
        except BaseException:
            if encoded is not None:
                encoded.close()
            raise
        counts, n_words, n_sentences = joined.counts(), joined.n_words, joined.n_sentences
        return Scan(joined.tokens, counts, n_words, n_sentences, encoded, self.no_words)

    def _chunks(self, joined: JoinedCodes) -> Iterator[Found]:
        for words, tokens in self.text.codes():
            joined.add(words, tokens)
            yield from joined.take()
        joined.finish()
        yield from joined.take()

    def codes(self, *, chunk_words: int = CHUNK_WORDS) -> Iterator[tuple[Int32Array, list[str]]]:
        """Join the text: yield codes of words and phrases, and the growing list of these by code."""
        joined = JoinedCodes(self.make_joiner(), chunk_words=chunk_words)
        return ((words, joined.tokens) for words, _, _ in self._chunks(joined))

    def chunks(self, key_to_index: dict[Any, int], *, chunk_words: int = CHUNK_WORDS) -> Iterator[Chunk]:
        """Join the text and encode it with a fixed vocabulary; see `Corpus.chunks`."""
        vocabulary = exact_dict(key_to_index)
        joined = JoinedCodes(self.make_joiner(), chunk_words=chunk_words, vocabulary=vocabulary)
        return numbered(self._chunks(joined))

    def sentences(self) -> Iterator[Sequence[Token]]:
        """Join the text once; see `Corpus.sentences`."""
        return chain.from_iterable(spelled(words, tokens) for words, tokens in self.codes())
