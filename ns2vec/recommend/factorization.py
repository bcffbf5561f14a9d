"""Matrix factorisation: a vector for each user and each item, a bias for each item."""

from __future__ import annotations

from ns2vec.formats.saving import MODELS
from ns2vec.recommend.pair_model import PairModel


class MatrixFactorization(PairModel):
    """Vectors of users and items whose dot product, with the item's bias, ranks items for a user.

    Options are those of `ns2vec.recommend.pair_model.PairModel`.

    Attributes
    ----------
    users, items : KeyedVectors
    item_bias : ndarray of shape (n_items,), float32

    Examples
    --------
    >>> from ns2vec.recommend import Interactions, MatrixFactorization
    >>> rows = [(user, item) for user in range(20) for item in range(10) if user % 2 == item % 2]
    >>> users, items = zip(*rows)
    >>> keys = [f"u{row}" for row in range(20)], [f"i{row}" for row in range(10)]
    >>> model = MatrixFactorization(vector_size=8).fit(Interactions(users, items, *keys))
    >>> sorted(item for item, _, _ in model.recommend(history=["i1", "i3"], n=3))
    ['i5', 'i7', 'i9']
    """

    KIND = "MatrixFactorization"


MODELS.register(MatrixFactorization.KIND, MatrixFactorization)
