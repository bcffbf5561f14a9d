"""How many pairs, negatives, batches, bytes and seconds a training run will take.

- `count_pairs`  from positives, k and a batch size
- `estimate`     from a corpus (or counts) and the options of a model: expected work, memory by
  part, operations, and the time on this machine
- `zipf_counts`  counts for a corpus when only its size is known
- `cost_of`, `return_on_investment`  what a run costs, and what an expense returns

The costs of an objective follow from its output set: `ns2vec.calculator.work.OUTPUTS`.
"""

from ns2vec.calculator.estimates import Estimate, estimate
from ns2vec.calculator.money import Return, cost_of, return_on_investment
from ns2vec.calculator.pairs import PairCounts, count_pairs
from ns2vec.calculator.work import OUTPUTS
from ns2vec.calculator.zipf import zipf_counts

__all__ = [
    "Estimate",
    "OUTPUTS",
    "PairCounts",
    "Return",
    "cost_of",
    "count_pairs",
    "estimate",
    "return_on_investment",
    "zipf_counts",
]
