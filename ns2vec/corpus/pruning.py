"""Counting with a ceiling on the number of distinct tokens, sentence by sentence."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

from ns2vec._typing import Token
from ns2vec.corpus._sentences import as_tokens
from ns2vec.vocab.checks import check_token
from ns2vec.vocab.trim import TrimRule, keep_word

_SENTENCES_PER_REPORT = 10_000


def count_with_pruning(
    sentences: Iterable[Sequence[Token]],
    max_vocab_size: int | None,
    trim_rule: TrimRule | None,
    on_progress: Callable[[int, int, float | None], object] | None = None,
) -> tuple[dict[Token, int], int, int]:
    """Count tokens, pruning after each sentence that leaves more than `max_vocab_size` of them.

    Parameters
    ----------
    sentences : iterable of sequences of hashable tokens
    max_vocab_size : int or None
        None or 0: no pruning.
    trim_rule : callable(word, count, min_count) or None
        May keep or discard a token when there is pruning to do; min_count is the current floor.
    on_progress : callable(n_words, n_sentences, None), optional

    Returns
    -------
    counts : dict of token -> int
        In order of (last) first appearance; pruned tokens start again from zero.
    n_words, n_sentences : int
        All of them, pruned or not.

    Raises
    ------
    CorpusError
        If a token is a missing value; names the sentence by number.

    Examples
    --------
    >>> from ns2vec.corpus.pruning import count_with_pruning
    >>> count_with_pruning([["a", "b"], ["a", "c"]], None, None)
    ({'a': 2, 'b': 1, 'c': 1}, 4, 2)
    """
    counts: dict[Token, int] = {}
    floor = 1
    n_words = n_sentences = 0
    for number, sentence in enumerate(sentences):
        tokens = as_tokens(sentence, number)
        for token in tokens:
            if token not in counts and type(token) is not str:
                check_token(token, number)
            counts[token] = counts.get(token, 0) + 1
        n_words += len(tokens)
        n_sentences += 1
        if max_vocab_size and len(counts) > max_vocab_size:
            rare = [token for token, n in counts.items() if not keep_word(token, n, floor, trim_rule)]
            for token in rare:
                del counts[token]
            floor += 1
        if on_progress is not None and n_sentences % _SENTENCES_PER_REPORT == 0:
            on_progress(n_words, n_sentences, None)
    return counts, n_words, n_sentences
