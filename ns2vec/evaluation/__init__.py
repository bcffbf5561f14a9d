"""Evaluation of vectors: analogies, word pairs, reports, and a corpus with known answers.

This module imports only what gensim's methods and the demo need. `evaluate_suites` of
`ns2vec.evaluation.runner` scores and compares models on suites of every task, with intervals and coverage;
`html_report` and `text_report` show it, `baselines` compares it with accepted scores. `stability`, `health`,
`neighbours` and `postprocessing` are independent of the others.
"""

from __future__ import annotations

from ns2vec.evaluation.facts import FactsCorpus, facts_corpus
from ns2vec.evaluation.gensim_protocol import evaluate_word_analogies, evaluate_word_pairs
from ns2vec.evaluation.report import Report, evaluate_all

__all__ = [
    "FactsCorpus",
    "Report",
    "evaluate_all",
    "evaluate_word_analogies",
    "evaluate_word_pairs",
    "facts_corpus",
]
