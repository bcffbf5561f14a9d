"""How good vectors are: analogies, word pairs, reports, and a corpus whose answers are known.

What is imported here is what gensim's methods and the demo need. `evaluate_suites` of
`ns2vec.evaluation.runner` scores and compares models on suites of every task, with intervals and coverage;
`html_report` and `text_report` show it, `baselines` holds it to accepted scores. `stability`, `health`,
`neighbours` and `postprocessing` stand alone.
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
