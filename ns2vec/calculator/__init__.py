"""How many pairs, negatives, batches, bytes and seconds a training run will take.

- `count_pairs`  from positives, k and a batch size
- `estimate`     from a corpus (or counts) and the options of a model: expected work, memory by
  part, operations, and the time on this machine

The costs of an objective follow from its output set: `ns2vec.calculator.work.OUTPUTS`.
"""

from ns2vec.calculator.estimates import Estimate, estimate
from ns2vec.calculator.pairs import PairCounts, count_pairs
from ns2vec.calculator.work import OUTPUTS

__all__ = ["Estimate", "OUTPUTS", "PairCounts", "count_pairs", "estimate"]
