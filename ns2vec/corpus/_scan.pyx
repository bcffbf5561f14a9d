"""UTF-8 text to chunks of int32 ids, in C.

`Scanner` tokenises, counts and encodes bytes in one pass without the GIL. It cuts chunks with
`_chunker.h`, as `_sentences.pyx` does, so the same sentences make the same chunks whatever their
source.

Nothing here knows about files, readers or the errors of the package: bytes in, arrays out.
"""

from cpython.bytes cimport PyBytes_FromStringAndSize
from cpython.unicode cimport PyUnicode_DecodeUTF8
from libc.stdint cimport uint8_t, uint32_t
from libc.stdlib cimport free

include "_chunks.pxi"


cdef extern from "_parts.h" nogil:
    ctypedef struct ns2vec_entry:
        size_t offset
        int64_t count
        uint32_t length
        int32_t code

    ctypedef struct ns2vec_types:
        ns2vec_entry* entries
        uint8_t* arena
        int32_t* entry_of_code
        int64_t n_codes

    ctypedef int (*ns2vec_repair)(void* owner, const uint8_t* word, size_t n, int32_t* code)

    ctypedef struct ns2vec_scanner:
        ns2vec_types types
        ns2vec_chunker chunker
        int fixed
        int in_parts
        int at_start
        int64_t line_limit
        ns2vec_repair repair
        void* owner
        int stopped
        int64_t n_lines

    ctypedef struct ns2vec_part:
        int64_t first_new
        int64_t n_new
        int64_t n_counts

    int ns2vec_reserve(void** array, int64_t* capacity, int64_t needed, size_t item_bytes)
    uint32_t ns2vec_hash(const uint8_t* word, size_t n)
    int32_t ns2vec_types_find(const ns2vec_types* types, const uint8_t* word, size_t n, uint32_t hash)
    int ns2vec_types_add(ns2vec_types* types, const uint8_t* word, size_t n, uint32_t hash,
                         int fresh, int32_t code, int32_t* entry_number)
    void ns2vec_types_counts(const ns2vec_types* types, int64_t* counts)
    int ns2vec_scanner_init(ns2vec_scanner* s, int wide_blanks, int newline_ends)
    void ns2vec_scanner_free(ns2vec_scanner* s)
    void ns2vec_scanner_open(ns2vec_scanner* s)
    int ns2vec_scanner_feed(ns2vec_scanner* s, const uint8_t* block, int64_t n, int last)
    int ns2vec_scanner_close(ns2vec_scanner* s)
    void ns2vec_part_free(ns2vec_part* part)
    int ns2vec_part_take(ns2vec_scanner* s, int end, ns2vec_part* part)
    int ns2vec_part_merge(ns2vec_scanner* s, const ns2vec_part* part, int32_t* code_of)


END = NS2VEC_END
UNKNOWN = NS2VEC_UNKNOWN
MAX_SENTENCE_WORDS = NS2VEC_MAX_PIECE

cdef bytes PADDING = bytes(8)  # hashing and comparing load 8 bytes at a time


cdef class Tokens:
    """The distinct words of a scan by code, decoded on access: a read-only sequence of str."""

    cdef Scanner scanner

    def __cinit__(self, Scanner scanner not None):
        self.scanner = scanner

    def __len__(self):
        return self.scanner.state.types.n_codes

    def __getitem__(self, index):
        if isinstance(index, slice):
            return [self[i] for i in range(*index.indices(len(self)))]
        cdef int64_t code = index
        if code < 0:
            code += self.scanner.state.types.n_codes
        if not 0 <= code < self.scanner.state.types.n_codes:
            raise IndexError(f"code {index} of {len(self)} distinct words")
        return self.scanner.word_of_code(code)


cdef class Part:
    """What a scanner with ``in_parts`` has read of a text, for `Scanner.merge`."""

    cdef ns2vec_part state
    cdef Scanner origin

    def __cinit__(self, Scanner origin not None):
        self.origin = origin

    def __dealloc__(self):
        ns2vec_part_free(&self.state)


cdef class Scanner:
    """Tokenise, count and encode UTF-8 text that arrives in blocks of bytes.

    Parameters
    ----------
    chunk_words : int
        A chunk ends with the first sentence that brings it to this many words.
    unicode_blanks : bool
        Split at the blanks of ``str.split()``; otherwise at those of ``bytes.split()``.
    newline_ends : bool
        A newline ends the sentence; otherwise it is a blank like others.
    max_sentence_words : int
        Longer sentences are split and each part counts as a sentence. With 0, none is split, and blank lines are
        sentences, too.
    line_limit : int
        Read this many lines of each file; -1 reads all.
    errors : {"strict", "replace", "ignore"}
        What to do with words that are not UTF-8. `UnicodeDecodeError` under ``"strict"``.
    vocabulary : dict of str -> int, optional
        Encode with these ids, and other words as `UNKNOWN`. Without it, every new word gets the
        next id, in order of first appearance.
    in_parts : bool
        Make no chunks: `take_part` returns parts for another scanner to `merge`. `max_sentence_words` and
        `chunk_words` are not used.

    Notes
    -----
    For each file: `open`, any number of `feed`, `close`. At the end of the corpus, `finish`.
    `take` returns the chunks finished so far. An instance must not be used by several threads at
    once. A UTF-8 byte order mark at the start of a file is skipped.

    Examples
    --------
    >>> from ns2vec.corpus._scan import Scanner
    >>> scanner = Scanner(chunk_words=1000)
    >>> scanner.open(); scanner.feed(b"a b a\\n\\nb c"); scanner.close(); scanner.finish()
    >>> scanner.take()
    [(array([ 0,  1,  0, -1,  1,  2, -1], dtype=int32), 5, 2)]
    >>> list(scanner.tokens()), scanner.counts().tolist()
    (['a', 'b', 'c'], [2, 2, 1])

    Two scanners that read two parts of a text, and one that merges the parts:

    >>> whole, *readers = (Scanner(chunk_words=1000, in_parts=i > 0) for i in range(3))
    >>> for reader, text in zip(readers, [b"a b a\\n\\nb", b" c\\n"]):
    ...     reader.open(); reader.feed(text); reader.close()
    ...     whole.merge(reader.take_part(end=True))
    >>> whole.finish()
    >>> whole.take(), list(whole.tokens()), whole.counts().tolist()
    ([(array([ 0,  1,  0, -1,  1,  2, -1], dtype=int32), 5, 2)], ['a', 'b', 'c'], [2, 2, 1])
    """

    cdef ns2vec_scanner state
    cdef int32_t* merged_codes  # of the scanner that its parts are merged into
    cdef int64_t code_capacity
    cdef int64_t n_merged  # codes in merged_codes
    cdef str errors
    cdef object failure

    def __cinit__(self, *, int64_t chunk_words, bint unicode_blanks=True, bint newline_ends=True,
                  int64_t max_sentence_words=NS2VEC_MAX_PIECE, int64_t line_limit=-1,
                  str errors not None="strict", dict vocabulary=None, bint in_parts=False):
        if chunk_words < 1 or max_sentence_words < 0:
            raise ValueError(
                f"chunk_words must be >= 1 and max_sentence_words >= 0, not {chunk_words}, {max_sentence_words}"
            )
        check(ns2vec_scanner_init(&self.state, unicode_blanks, newline_ends))
        ns2vec_chunker_init(&self.state.chunker, chunk_words, max_sentence_words)
        self.errors = errors
        self.state.line_limit = line_limit
        self.state.in_parts = in_parts
        self.state.repair = repair_word
        self.state.owner = <void*>self
        if vocabulary is not None:
            self.state.fixed = 1
            self.learn(vocabulary)
        ns2vec_scanner_open(&self.state)

    def __dealloc__(self):
        ns2vec_scanner_free(&self.state)
        free(self.merged_codes)

    cdef int learn(self, dict vocabulary) except -1:
        """Fill the table with the words of a vocabulary; words that no text can hold are left out."""
        cdef int32_t row, entry
        cdef const uint8_t[::1] view
        cdef uint32_t hashed
        cdef size_t n
        for token, value in vocabulary.items():
            if not isinstance(token, str) or not token:
                continue
            try:
                view = token.encode("utf-8") + PADDING
            except UnicodeEncodeError:
                continue
            row = value
            n = view.shape[0] - len(PADDING)
            hashed = ns2vec_hash(&view[0], n)
            check(ns2vec_types_add(&self.state.types, &view[0], n, hashed, 0, row, &entry))
        return 0

    cdef int32_t code_of(self, bytes word) except? -4:
        """Code of a valid word, which becomes a new type unless the vocabulary is fixed."""
        cdef const uint8_t[::1] view = word + PADDING
        cdef size_t n = len(word)
        cdef uint32_t hashed = ns2vec_hash(&view[0], n)
        cdef int32_t entry = ns2vec_types_find(&self.state.types, &view[0], n, hashed)
        if entry < 0:
            if self.state.fixed:
                return NS2VEC_UNKNOWN
            check(ns2vec_types_add(&self.state.types, &view[0], n, hashed, 1, 0, &entry))
        return self.state.types.entries[entry].code

    cdef object word_of_code(self, int64_t code):
        cdef ns2vec_entry* entry = &self.state.types.entries[self.state.types.entry_of_code[code]]
        return PyUnicode_DecodeUTF8(<const char*>self.state.types.arena + entry.offset, entry.length, "strict")

    @property
    def n_words(self):
        """Words read so far."""
        return self.state.chunker.total_words

    @property
    def n_sentences(self):
        """Sentences ended so far."""
        return self.state.chunker.total_sentences

    @property
    def n_lines(self):
        """Line ends read so far in this file."""
        return self.state.n_lines

    @property
    def stopped(self):
        """True if `line_limit` lines of this file have been read: the rest need not be fed."""
        return bool(self.state.stopped)

    def open(self, bint continued=False):
        """Begin a file, or continue in one at a blank."""
        ns2vec_scanner_open(&self.state)
        self.state.at_start = not continued

    def feed(self, const uint8_t[::1] block not None):
        """Read the next bytes of the open file; words may lie across blocks."""
        cdef int status
        if block.shape[0] == 0:
            return
        with nogil:
            status = ns2vec_scanner_feed(&self.state, &block[0], block.shape[0], 0)
        self.check_scan(status)

    def close(self):
        """End the file, and with it its last word and sentence."""
        cdef int status
        with nogil:
            status = ns2vec_scanner_close(&self.state)
        self.check_scan(status)

    def finish(self):
        """End the corpus: the rest becomes the last chunk."""
        check(ns2vec_chunker_finish(&self.state.chunker))

    cdef int check_scan(self, int status) except -1:
        if status != NS2VEC_OK:
            self.state.stopped = 1
            if status == NS2VEC_PYTHON_ERROR:
                failure, self.failure = self.failure, None
                raise failure
            check(status)
        return 0

    def take(self, bint keep=True):
        """Return the finished chunks as (ids, n_words, n_sentences); ids is None without `keep`."""
        return take_chunks(&self.state.chunker, keep)

    def take_part(self, bint end=False):
        """Return what was read since the last call; with `end`, this table has no more parts."""
        cdef Part part = Part(self)
        cdef int status
        with nogil:
            status = ns2vec_part_take(&self.state, end, &part.state)
        check(status)
        return part

    def merge(self, Part part not None):
        """Add the next part of the text, which another scanner has read; all its parts must be added, in order."""
        cdef Scanner origin = part.origin
        cdef int status
        if self.state.in_parts or self.state.fixed or not origin.state.in_parts:
            raise ValueError("merge() needs a scanner without in_parts and vocabulary")
        if part.state.first_new != origin.n_merged:
            raise ValueError("merge() was not given the next part of that scanner")
        with nogil:
            status = ns2vec_reserve(
                <void**>&origin.merged_codes, &origin.code_capacity, part.state.first_new + part.state.n_new, sizeof(int32_t)
            )
            if status == NS2VEC_OK:
                status = ns2vec_part_merge(&self.state, &part.state, origin.merged_codes)
        check(status)
        origin.n_merged = 0 if part.state.n_counts else part.state.first_new + part.state.n_new

    def tokens(self):
        """Return the distinct words in order of first appearance, decoded lazily."""
        return Tokens(self)

    def text(self):
        """Return the distinct words as one text of UTF-8, and where each begins: uint8, and int64 (n_tokens + 1,).

        Each ends with a newline.
        """
        cdef int64_t n_codes = self.state.types.n_codes, code
        cdef const ns2vec_entry* entry
        cdef int64_t[::1] offset
        cdef uint8_t[::1] to
        offsets = np.zeros(n_codes + 1, dtype=np.int64)
        offset = offsets
        for code in range(n_codes):
            offset[code + 1] = offset[code] + self.state.types.entries[self.state.types.entry_of_code[code]].length + 1
        words = np.empty(offset[n_codes], dtype=np.uint8)
        to = words
        for code in range(n_codes):
            entry = &self.state.types.entries[self.state.types.entry_of_code[code]]
            memcpy(&to[offset[code]], self.state.types.arena + entry.offset, entry.length)
            to[offset[code + 1] - 1] = b"\n"
        return words, offsets

    def counts(self):
        """Return int64 (n_tokens,): occurrences of each token."""
        out = np.zeros(self.state.types.n_codes, dtype=np.int64)
        cdef int64_t[::1] view = out
        if view.shape[0]:
            ns2vec_types_counts(&self.state.types, &view[0])
        return out


cdef int repair_word(void* owner, const uint8_t* word, size_t n, int32_t* code) noexcept with gil:
    """Apply the errors= policy to bytes that are not UTF-8: the code of what they decode to."""
    cdef Scanner scanner = <Scanner>owner
    cdef bytes decoded
    try:
        decoded = PyBytes_FromStringAndSize(<const char*>word, n).decode("utf-8", scanner.errors).encode("utf-8")
        code[0] = scanner.code_of(decoded) if decoded else NS2VEC_DROP
    except BaseException as error:
        scanner.failure = error
        return NS2VEC_PYTHON_ERROR
    return NS2VEC_OK
