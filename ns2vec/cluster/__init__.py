"""Training on a cluster: the shards of a run in processes of Ray, on one machine or many.

::

    from ns2vec import Word2Vec
    from ns2vec.cluster import Ray

    with Ray(workers=2):
        model = Word2Vec("corpus.txt", shards=8)

The bytes are those of ``Word2Vec("corpus.txt", shards=8)`` with threads on one machine, even if workers are
lost and replaced, join or leave. Every family of models that has ``shards=`` can train in this way. See
docs/scaling.md.

- `ns2vec.cluster.Ray`           workers on Ray (``pip install 'ns2vec[ray]'``)
- `ns2vec.cluster.SentenceParts` sentences that workers make, part by part
- `ns2vec.cluster.dataset_parts` sentences of a Ray Dataset
- `ns2vec.cluster.transport`     how Ray's actors are called
"""

from __future__ import annotations

from ns2vec.cluster.datasets import dataset_parts
from ns2vec.cluster.workers import Ray
from ns2vec.corpus.portions import SentenceParts

__all__ = ["Ray", "SentenceParts", "dataset_parts"]
