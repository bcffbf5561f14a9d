"""Every update rule once more in plain NumPy float64: what the kernels are tested against.

Written to be read beside the papers, not to be fast. The random draws are repeated bit for bit
(``_cy/rng.h``), so a kernel and this package train the same windows with the same negatives and
can be compared weight by weight.

- `ns2vec.reference.streams`      the counter-keyed random streams
- `ns2vec.reference.objectives`   losses of a block and their gradients, one function a link
- `ns2vec.reference.samplers`     which rows a sampler draws, one function a sampler
- `ns2vec.reference.aware`        samplers that look at the model
- `ns2vec.reference.evaluation`   cosines with a query, ranks of expected answers in analogies
- `ns2vec.reference.training`     windows, output sets, and how rows move

Legend: V words, D dimensions, n input rows, m output rows of one block.
"""

from ns2vec.reference.evaluation import cosines, count_not_lower
from ns2vec.reference.objectives import LINKS, block_loss, block_step, sigmoid
from ns2vec.reference.samplers import DRAWS, Request
from ns2vec.reference.streams import Stream
from ns2vec.reference.training import STEPS, Model, train_chunk

__all__ = [
    "DRAWS",
    "LINKS",
    "Model",
    "Request",
    "STEPS",
    "Stream",
    "block_loss",
    "block_step",
    "cosines",
    "count_not_lower",
    "sigmoid",
    "train_chunk",
]
