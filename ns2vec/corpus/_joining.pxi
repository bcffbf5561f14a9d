"""Phrases in sentences: found from left to right, each as soon as its last word is read; part of _bigrams.pyx."""

cdef enum:
    MANY = 2048  # entries that do not all fit in the caches

ctypedef struct Run:
    Py_ssize_t start  # position of the token that a phrase may begin with; -1: none
    int32_t first  # its id
    uint32_t left  # number of it and the connector words since then; NOTHING: no text of the table begins like this
    bint odd


cdef double EXACT = 2.0 ** 53

SCORERS = {"own": 0, "default": 1, "npmi": 2}


cdef class Joiner:
    """Finds the phrases of sentences; subclasses decide what is a phrase.

    Tokens that are not str are in no phrase.
    """

    cdef PhraseCounts table
    cdef bint knows_ends  # kinds say which tokens begin and end an entry
    cdef list tokens  # of the sentence, or by code
    cdef const int32_t* codes  # of the sentence; NULL: tokens are its own
    cdef object phrase  # found last

    def join(self, sentence):
        """Return the tokens of a sentence as a list, those of a phrase joined."""
        return self.joined(own_list(sentence), None)

    def analyze(self, sentence):
        """Return [(token or phrase, None or score), ...]."""
        cdef list scores = []
        found = self.joined(own_list(sentence), scores)
        return list(zip(found, scores))

    @property
    def mark(self):
        """A value that differs if the phrases do; hashable."""
        raise NotImplementedError

    cdef bint accepts(self, int64_t entry, Py_ssize_t last, int32_t at, const Run* run) except -1:
        """Whether tokens run.start ... last, which are an entry, are a phrase; if so, its text is kept."""
        raise NotImplementedError

    cdef object last_score(self):
        """Score of what was accepted last."""
        raise NotImplementedError

    cdef int64_t odd_entry(self, Py_ssize_t start, Py_ssize_t last, uint32_t left, int32_t at) except -2:
        """Entry of tokens, one of which holds a character of the delimiter, or -1."""
        raise NotImplementedError

    cdef list joined(self, list tokens, list scores):
        """Join the tokens of a list that nobody else can change; their scores are put into a list."""
        cdef Py_ssize_t n = PyList_GET_SIZE(tokens), i
        cdef int32_t* ids = <int32_t*>malloc(3 * (n + 1) * sizeof(int32_t))
        cdef PyObject* token
        if ids == NULL:
            raise MemoryError("no memory left for a sentence")
        try:
            self.table.tidy()
            for i in range(n):
                if i + SLOTS_AHEAD < n:
                    ns2vec_memo_prefetch_slot(&self.table.memo, PyList_GET_ITEM(tokens, i + SLOTS_AHEAD))
                token = PyList_GET_ITEM(tokens, i)
                if not ns2vec_memo_find(&self.table.memo, token, &ids[i]):
                    ids[i] = self.table.not_remembered(<object>token)
            return self.replaced(tokens, ids, ids + n + 1, scores)
        finally:
            free(ids)

    cdef list replaced(self, list tokens, const int32_t* ids, int32_t* spans, list scores):
        """Replace tokens by the phrases that they form; `spans` has room for 2 n + 2 numbers."""
        cdef list phrases = []
        cdef list phrase_scores = None if scores is None else []
        cdef Py_ssize_t n = PyList_GET_SIZE(tokens), i
        self.tokens, self.codes = tokens, NULL
        self.find(ids, n, spans, phrases, phrase_scores)
        cdef Py_ssize_t n_spans = PyList_GET_SIZE(phrases)
        if scores is not None:
            scores += [None] * n
            for i in range(n_spans - 1, -1, -1):
                scores[spans[2 * i] : spans[2 * i + 1] + 1] = [phrase_scores[i]]
        if n_spans:
            put_phrases(tokens, spans, phrases)
        return tokens

    cdef int find(self, const int32_t* ids, Py_ssize_t n, int32_t* spans, list phrases, list scores) except -1:
        """Find phrases: spans gets the first and last position of each, phrases its text."""
        cdef int32_t* seconds = spans + n + 1
        cdef Py_ssize_t n_seconds = 0, n_spans = 0, i, k
        cdef Run run
        if not self.has_neighbours_alone(ids, n, seconds, &n_seconds):
            return self.find_longer(ids, n, spans, phrases, scores)
        cdef int64_t entry
        run.start, run.odd = -1, False
        for k in range(n_seconds):
            i = seconds[k]
            if n_spans and i - 1 <= spans[2 * n_spans - 1]:
                continue  # the first of the two belongs to the previous phrase
            entry = ns2vec_pairs_find(&self.table.entries, make_key(ids[i - 1], ids[i]))
            if entry < 0:
                continue
            run.start, run.first, run.left = i - 1, ids[i - 1], ids[i - 1]
            if self.accepts(entry, i, ids[i], &run):
                n_spans = self.found(spans, n_spans, &run, i, phrases, scores)
        return 0

    cdef int find_longer(self, const int32_t* ids, Py_ssize_t n, int32_t* spans, list phrases, list scores) except -1:
        """Do the same as `find` if there are connector words, or tokens that hold a character of the delimiter."""
        cdef Py_ssize_t n_spans = 0
        cdef Run run
        cdef Py_ssize_t i
        cdef int32_t at
        cdef int kind, first_kind = BEGINS if self.knows_ends else 0, last_kind = ENDS if self.knows_ends else 0
        cdef int64_t entry
        run.start, run.left, run.first, run.odd = -1, NOTHING, UNKNOWN, False
        for i in range(n):
            at = ids[i]
            kind = self.kind(at)
            if kind & CONNECTOR:
                if run.start >= 0:
                    self.lengthen(&run, at, kind)
                continue
            if run.start >= 0:
                run.odd |= kind & ODD
                if run.odd:
                    entry = self.odd_entry(run.start, i, run.left, at)
                elif run.left == NOTHING or at < 0 or kind & last_kind != last_kind:
                    entry = -1
                else:
                    entry = ns2vec_pairs_find(&self.table.entries, make_key(run.left, at))
                if entry >= 0 and self.accepts(entry, i, at, &run):
                    n_spans = self.found(spans, n_spans, &run, i, phrases, scores)
                    run.start = -1
                    continue
            run.start, run.first, run.odd = i, at, kind & ODD
            run.left = at if at >= 0 and kind & first_kind == first_kind else NOTHING
        return 0

    cdef Py_ssize_t found(
        self, int32_t* spans, Py_ssize_t n_spans, const Run* run, Py_ssize_t last, list phrases, list scores
    ) except -1:
        """Record the phrase that was accepted; return how many there are now."""
        spans[2 * n_spans], spans[2 * n_spans + 1] = <int32_t>run.start, <int32_t>last
        phrases.append(self.phrase)
        if scores is not None:
            scores.append(self.last_score())
        return n_spans + 1

    cdef inline int kind(self, int32_t at) noexcept:
        return self.table.kinds[at] if at >= 0 else ODD if at == UNKNOWN_ODD else 0

    cdef bint has_neighbours_alone(
        self, const int32_t* ids, Py_ssize_t n, int32_t* seconds, Py_ssize_t* n_seconds
    ) noexcept:
        """Whether all phrases are two neighbours, as they are without connector words and odd tokens.

        `seconds` gets the positions of tokens that may form a phrase with the preceding one. Their entries
        are prefetched afterwards.
        """
        cdef int first_kind = BEGINS if self.knows_ends else 0, last_kind = ENDS if self.knows_ends else 0
        cdef int kind, seen = 0, may_begin = 0
        cdef Py_ssize_t i, n_found = 0
        for i in range(n):
            kind = self.kind(ids[i])
            seen |= kind
            seconds[n_found] = <int32_t>i
            # no branch, which the processor would mispredict
            n_found += may_begin & (ids[i] >= 0) & (kind & last_kind == last_kind)
            may_begin = (ids[i] >= 0) & (kind & first_kind == first_kind)
        n_seconds[0] = n_found
        if self.table.entries.n >= MANY:
            for i in range(n_found):
                ns2vec_pairs_prefetch_slot(&self.table.entries, make_key(ids[seconds[i] - 1], ids[seconds[i]]))
            for i in range(n_found):
                ns2vec_pairs_prefetch_entry(&self.table.entries, make_key(ids[seconds[i] - 1], ids[seconds[i]]))
        return not seen & (CONNECTOR | ODD)

    cdef int lengthen(self, Run* run, int32_t connector, int kind) except -1:
        """Append a connector word to what may become a phrase."""
        cdef int64_t number = -1
        if run.left != NOTHING:
            number = ns2vec_pairs_find(&self.table.runs, make_key(run.left, connector))
        run.left = NOTHING if number < 0 else RUN | <uint32_t>number
        run.odd |= kind & ODD
        return 0

    cdef str text(self, Py_ssize_t start, Py_ssize_t last):
        """Joined text of tokens of the sentence, None if one is not a str."""
        cdef Py_ssize_t i
        if self.codes != NULL:
            return self.table.delimiter.join([self.tokens[self.codes[i]] for i in range(start, last + 1)])
        cdef list run = self.tokens[start : last + 1]
        for token in run:
            if not isinstance(token, str):
                return None
        return self.table.delimiter.join(run)


cdef list own_list(sentence):
    """Tokens of a sentence as a new list."""
    cdef list tokens = _as_tokens(sentence, 0)
    return list(tokens) if tokens is sentence else tokens


cdef int put_phrases(list tokens, const int32_t* spans, list phrases) except -1:
    """Replace spans of a list, in place: at any time it holds the same items, in another order."""
    cdef Py_ssize_t n_spans = PyList_GET_SIZE(phrases), n = PyList_GET_SIZE(tokens), at = spans[0], i, k
    for i in range(n_spans):
        swap(tokens, at, spans[2 * i])
        tokens[at] = phrases[i]
        at += 1
        for k in range(spans[2 * i + 1] + 1, spans[2 * i + 2] if i + 1 < n_spans else n):
            swap(tokens, at, k)
            at += 1
    del tokens[at:]
    return 0


cdef inline void swap(list items, Py_ssize_t i, Py_ssize_t k) noexcept:
    cdef PyObject* moved = PyList_GET_ITEM(items, i)
    PyList_SET_ITEM(items, i, PyList_GET_ITEM(items, k))
    PyList_SET_ITEM(items, k, moved)


cdef class FrozenJoiner(Joiner):
    """Finds given phrases.

    Parameters
    ----------
    scores : dict of joined text -> score
    delimiter : str
    connector_words : iterable of str

    Examples
    --------
    >>> from ns2vec.corpus._bigrams import FrozenJoiner
    >>> joiner = FrozenJoiner({"new_york": 3.5}, "_", ["of"])
    >>> joiner.join(["new", "york", "of", "new"])
    ['new_york', 'of', 'new']
    """

    cdef dict numbers  # text -> position in the two lists
    cdef list phrases
    cdef list scores
    cdef int64_t entry  # accepted last

    def __cinit__(self, dict scores not None, delimiter, connector_words):
        self.table = PhraseCounts(delimiter, connector_words, len(scores))
        self.phrases, self.scores = list(scores), list(scores.values())
        self.numbers = {phrase: number for number, phrase in enumerate(self.phrases)}
        for phrase, number in self.numbers.items():
            self.table[phrase] = number
        self.table.mark_ends()
        self.table.remember_all()
        self.knows_ends = True

    cdef int64_t odd_entry(self, Py_ssize_t start, Py_ssize_t last, uint32_t left, int32_t at) except -2:
        found = self.numbers.get(self.text(start, last))
        return -1 if found is None else found

    @property
    def mark(self):
        """A value that differs if the phrases do; hashable."""
        return self

    cdef bint accepts(self, int64_t entry, Py_ssize_t last, int32_t at, const Run* run) except -1:
        self.phrase, self.entry = self.phrases[entry], entry
        return True

    cdef object last_score(self):
        return self.scores[self.entry]


cdef class ScoringJoiner(Joiner):
    """Finds the phrases whose score, by the current counts, is above a threshold.

    Parameters
    ----------
    counts : PhraseCounts
    scorer : callable
        Called with gensim's six parameters; gensim's two scorers are computed here.
    name : {"own", "default", "npmi"}
        Which scorer it is.
    min_count, threshold : number
    corpus_word_count : int

    Examples
    --------
    >>> from ns2vec.corpus._bigrams import PhraseCounts, ScoringJoiner
    >>> counts = PhraseCounts("_", [], 1000)
    >>> counts.fill(iter([["new", "york"], ["new", "york"]]), 100)
    False
    >>> joiner = ScoringJoiner(counts, None, "default", 1, 0.5, 4)
    >>> joiner.export(), joiner.analyze(["new", "york", "new"])
    ({'new_york': 0.75}, [('new_york', 0.75), ('new', None)])
    """

    cdef object scorer, min_count, threshold, corpus_word_count, score
    cdef int kind
    cdef double lowest  # minimum count of a pair that can be a phrase

    def __cinit__(self, PhraseCounts counts not None, scorer, name, min_count, threshold, corpus_word_count):
        self.table = counts
        self.scorer = scorer
        self.kind = SCORERS[name]
        self.min_count, self.threshold, self.corpus_word_count = min_count, threshold, corpus_word_count
        # below it the scores are negative, or minus infinity
        self.lowest = min_count if name == "npmi" or (name == "default" and threshold >= 0) else 0.0

    @property
    def mark(self):
        """A value that differs if the phrases may; hashable."""
        return self.table.mark, self.scorer, self.min_count, self.threshold, self.corpus_word_count

    cdef bint accepts(self, int64_t entry, Py_ssize_t last, int32_t at, const Run* run) except -1:
        cdef int64_t both = self.table.entries.entries[entry].value, first, second
        if both <= 0 or both < self.lowest:
            return False
        first = self.token_count(run.start, run.first)
        second = self.token_count(last, at) if first > 0 else 0
        if second <= 0:
            return False
        score = self.value(first, second, both)
        if score is None:
            return False
        self.phrase, self.score = self.text(run.start, last), score
        return True

    cdef object last_score(self):
        return self.score

    cdef int64_t number(self, uint64_t key) noexcept:
        cdef int64_t at = ns2vec_pairs_find(&self.table.entries, key)
        return 0 if at < 0 else self.table.entries.entries[at].value

    cdef int64_t odd_entry(self, Py_ssize_t start, Py_ssize_t last, uint32_t left, int32_t at) except -2:
        cdef int64_t found = -1
        cdef uint64_t key
        if at >= 0 and (left != NOTHING or start == last):
            found = ns2vec_pairs_find(&self.table.odd_keys, make_key(left, at))
        if found >= 0:
            key = <uint64_t>self.table.odd_keys.entries[found].value
        else:
            text = self.text(start, last)
            if text is None:
                return -1
            key = self.table.key_of(text, False)
        return ns2vec_pairs_find(&self.table.entries, key)

    cdef int64_t token_count(self, Py_ssize_t i, int32_t at) except? -1:
        if at == UNKNOWN_ODD or (at >= 0 and self.table.kinds[at] & ODD):
            at = <int32_t>self.odd_entry(i, i, NOTHING, at)
            return 0 if at < 0 else self.table.entries.entries[at].value
        return 0 if at < 0 else self.number(make_key(NOTHING, at))

    cdef object value(self, int64_t first, int64_t second, int64_t both):
        """Score if it is above the threshold, otherwise None."""
        cdef double a = <double>first, b = <double>second, ab = <double>both, score, words
        if self.kind == 1 and max(a, b, ab) < EXACT:
            score = (ab - <double>self.min_count) / (a * b) * <double>self.table.entries.n
        elif self.kind == 2 and max(a, b, ab) < EXACT and 0 < self.corpus_word_count < EXACT and ab != self.corpus_word_count:
            words = <double>self.corpus_word_count
            score = -INFINITY
            if ab >= <double>self.min_count:
                score = log(ab / words / (a / words * (b / words))) / -log(ab / words)
        else:
            version = self.table.version
            found = self.scorer(
                worda_count=first, wordb_count=second, bigram_count=both, len_vocab=self.table.entries.n,
                min_count=self.min_count, corpus_word_count=self.corpus_word_count,
            )
            if self.table.version != version:  # the ids of the sentence may have other meanings now
                raise RuntimeError("the scoring function has changed the counts while they are used")
            return found if found > self.threshold else None
        return score if score > <double>self.threshold else None

    def export(self):
        """Return the score of each joined text whose parts are a phrase: {text: score}."""
        cdef dict found = {}
        cdef int64_t i, both, first, second
        cdef uint64_t key
        cdef uint32_t left
        self.table.tidy()
        for i in range(self.table.entries.n):
            key = self.table.entries.entries[i].key
            both = self.table.entries.entries[i].value
            left = <uint32_t>(key >> 32)
            if left == NOTHING or both <= 0 or both < self.lowest:
                continue
            first = self.number(make_key(NOTHING, self.table.first_of(left)))
            second = self.number(make_key(NOTHING, <uint32_t>key))
            if first > 0 and second > 0:
                score = self.value(first, second, both)
                if score is not None:
                    found[self.table.text(key)] = score
        return found
