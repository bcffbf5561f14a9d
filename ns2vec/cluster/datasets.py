"""Sentences of a Ray Dataset, block by block, for the workers of a cluster."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any

from ns2vec._options import shown
from ns2vec.cluster.workers import imported
from ns2vec.corpus.portions import SentenceParts
from ns2vec.exceptions import ConfigError

#: Makes the tokens of a sentence from a value in the column.
Split = Callable[[Any], Sequence[str]]


class BlockSentences:
    """Returns the sentences of a block, given its number.

    Parameters
    ----------
    blocks : list
        References to the blocks.
    column : str
    split : callable
    """

    def __init__(self, blocks: list[Any], column: str, split: Split) -> None:
        self.blocks, self.column, self.split = blocks, column, split

    def __call__(self, number: int) -> Iterator[Sequence[str]]:
        """The sentences, as `SentenceParts` requests them."""
        from ray.data.block import BlockAccessor

        table = BlockAccessor.for_block(imported().get(self.blocks[number])).to_arrow()
        return (self.split(value) for value in table[self.column].to_pylist())


def dataset_parts(dataset: Any, column: str = "text", split: Split = str.split) -> SentenceParts:
    """Make sentences from a Ray Dataset, whose blocks the workers read.

    The dataset is executed once, now; its blocks stay in Ray's store as long as the result exists. If the
    result of training must be the same each time, the order of the blocks must be, too: set
    ``ray.data.DataContext.get_current().execution_options.preserve_order = True`` before.

    Parameters
    ----------
    dataset : ray.data.Dataset
    column : str
        The column of sentences.
    split : callable
        Makes tokens from a value of the column; ``list`` if it already holds tokens.

    Returns
    -------
    SentenceParts
        A part for each block.

    Raises
    ------
    ImportError
        If Ray is not installed.
    TypeError
        If it is not a Ray Dataset.
    ConfigError
        If there is no such column, or nothing in it.

    Examples
    --------
    ::

        import ray
        from ns2vec import Word2Vec
        from ns2vec.cluster import Ray, dataset_parts

        with Ray(workers=2):
            rows = ray.data.read_parquet("s3://bucket/articles/")
            model = Word2Vec(dataset_parts(rows, "text"), shards=8)
    """
    imported()
    if not hasattr(dataset, "materialize"):
        raise TypeError(f"expected a ray.data.Dataset, got {shown(dataset)}")
    made = dataset.materialize()
    blocks = [block for bundle in made.iter_internal_ref_bundles() for block in bundle.block_refs]
    names = made.schema().names if blocks else []
    if column not in names:
        raise ConfigError(
            f"the dataset has no column {column!r}, only {', '.join(map(repr, names)) or 'none'}"
        )
    return SentenceParts(BlockSentences(blocks, column, split), len(blocks))
