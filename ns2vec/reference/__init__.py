"""All update rules again in plain NumPy with float64: the kernels are tested against them.

The code is meant to be read alongside the papers, not to be fast. The random draws are reproduced bit for bit
(``_cy/rng.h``), so a kernel and this package train the same windows with the same negatives and
can be compared weight by weight.

- `ns2vec.reference.streams`      the counter-keyed random streams
- `ns2vec.reference.objectives`   losses of a block and their gradients, one function per link
- `ns2vec.reference.samplers`     which rows a sampler draws, one function per sampler
- `ns2vec.reference.aware`        samplers that depend on the model
- `ns2vec.reference.evaluation`   cosines with a query, ranks of expected answers in analogies
- `ns2vec.reference.sides`        storage of vectors: rows, and bags of rows
- `ns2vec.reference.subwords`     character n-grams of words, and their hashes
- `ns2vec.reference.lines`        features of lines of text
- `ns2vec.reference.readers`      which inputs are trained with which centre, one function per reader
- `ns2vec.reference.targets`      the outputs of a centre, one class per target
- `ns2vec.reference.walks`        random walks over a graph
- `ns2vec.reference.merges`       how changes of several shards are merged, one function per rule
- `ns2vec.reference.steps`        how vectors are updated
- `ns2vec.reference.runs`         words of a document that are trained together
- `ns2vec.reference.training`     windows and pairs, and their output sets

Legend: V words, D dimensions, n input rows, m output rows of one block.
"""

from ns2vec.reference.evaluation import cosines, count_not_lower
from ns2vec.reference.merges import MERGES, merged
from ns2vec.reference.objectives import KINDS, LINKS, block_loss, block_step, sigmoid
from ns2vec.reference.readers import READERS
from ns2vec.reference.samplers import DRAWS, Request
from ns2vec.reference.sides import Side
from ns2vec.reference.streams import Stream, shuffled
from ns2vec.reference.subwords import fnv1a, ngrams
from ns2vec.reference.targets import TARGETS, All, Labels, Path, Sampled
from ns2vec.reference.training import Model, train_chunk, train_pairs
from ns2vec.reference.walks import Walks

__all__ = [
    "All",
    "DRAWS",
    "KINDS",
    "LINKS",
    "Labels",
    "MERGES",
    "Model",
    "Path",
    "READERS",
    "Request",
    "Sampled",
    "Side",
    "Stream",
    "TARGETS",
    "Walks",
    "block_loss",
    "block_step",
    "cosines",
    "count_not_lower",
    "fnv1a",
    "merged",
    "ngrams",
    "shuffled",
    "sigmoid",
    "train_chunk",
    "train_pairs",
]
