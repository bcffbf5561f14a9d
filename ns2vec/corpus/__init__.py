"""Text and sentences in, chunks of ids out.

Public readers: `LineSentence`, `PathLineSentences`, `Text8Corpus`. Inside the package
`open_corpus` and `open_corpus_file` turn any input into a `Corpus`, which can be
scanned (counted, and kept encoded) and read in chunks:

- `ns2vec.corpus.sources`   every kind of input behind one interface
- `ns2vec.corpus.chunks`    the unit of work of a training thread
- `ns2vec.corpus.encoded`   ids in memory or in a temporary file
- `ns2vec.corpus._scan`     the tokeniser, counter and encoder of text, in C
- `ns2vec.corpus._sentences` the same for Python sentences
"""

from __future__ import annotations

from ns2vec.corpus.base import Corpus, Scan
from ns2vec.corpus.chunks import CHUNK_WORDS, END, MAX_SENTENCE_WORDS, UNKNOWN, Chunk
from ns2vec.corpus.encoded import EncodedCorpus
from ns2vec.corpus.files import FileCorpus
from ns2vec.corpus.iterables import IterableCorpus
from ns2vec.corpus.readers import BrownCorpus, LineSentence, PathLineSentences, Text8Corpus
from ns2vec.corpus.sources import open_corpus, open_corpus_file

__all__ = [
    "BrownCorpus",
    "CHUNK_WORDS",
    "Chunk",
    "Corpus",
    "END",
    "EncodedCorpus",
    "FileCorpus",
    "IterableCorpus",
    "LineSentence",
    "MAX_SENTENCE_WORDS",
    "PathLineSentences",
    "Scan",
    "Text8Corpus",
    "UNKNOWN",
    "open_corpus",
    "open_corpus_file",
]
