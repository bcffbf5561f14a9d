"""Objectives and samplers compared with equal settings, on the user's own text.

- `compare`            trains every candidate and measures it: time, memory, quality, loss, cost
- `make_candidates`    which objectives are combined with which samplers
- `ns2vec.comparison.results`        the results, and what follows from them
- `ns2vec.comparison.memory`         the working set of a batch: counted, and by formula
- `ns2vec.comparison.text_report`    tables for a terminal and as Markdown
- `ns2vec.comparison.html_report`    a page with plots

Full softmax is the reference: it is exact, and the others approximate it.
"""

from ns2vec.comparison.candidates import REFERENCE, Candidate, make_candidates
from ns2vec.comparison.compare import compare
from ns2vec.comparison.results import CandidateResult, CandidateRun, Comparison

__all__ = [
    "Candidate",
    "CandidateResult",
    "CandidateRun",
    "Comparison",
    "REFERENCE",
    "compare",
    "make_candidates",
]
