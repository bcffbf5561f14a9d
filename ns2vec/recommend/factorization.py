"""Matrix factorisation: a vector for each user and each item, a bias for each item."""

from __future__ import annotations

from ns2vec.formats.saving import MODELS
from ns2vec.recommend.pair_model import PairModel


class MatrixFactorization(PairModel):
    """Vectors of users and items whose dot product, plus the item's bias, ranks items for a user.

    Parameters
    ----------
    loss : {"bpr", "warp", "logistic", "softmax"}
        ``"bpr"`` ranks chosen items above others, one pair at a time (Rendle et al. 2009, arXiv:1205.2618);
        ``"warp"`` does so with most weight on the top of the list (Weston et al. 2011, "WSABIE");
        ``"logistic"`` treats each item as a yes or a no (Johnson 2014, "Logistic matrix factorization");
        ``"softmax"`` finds the chosen item among all items, by a sampled softmax with a correction for how
        often an item is drawn (Yi et al. 2019, RecSys).
    vector_size : int
        Length of the vectors.
    epochs : int, optional
        Passes over the interactions. For this and the options below, None takes the default of the loss: see
        `ns2vec.recommend.pair_model.LOSSES`.
    learning_rate : float, optional
        Falls linearly to a hundredth of its initial value.
    regularization : float, optional
        L2: at each update a row loses the share ``learning_rate * regularization`` of itself. This is applied
        after each epoch, for all its updates at once, and leaves at least a quarter of the row.
    negatives : int, optional
        Items that each chosen item is compared with. Items that the user has chosen are never drawn.
    sampler : str or Sampler, optional
        How negatives are drawn, by name: ``"uniform"``, ``"unigram"``, ``"dynamic:m=8,base=uniform"`` ...
    compute_loss : bool
        Keep the mean loss of each epoch in `epoch_losses`.
    seed, workers : int
        With one worker, the same seed gives the same bytes.
    progress : bool, optional
        Show a progress bar; None: only on a terminal.
    shards : int, optional
        Train in rounds of this many parts, so that the same seed gives the same bytes for any number of
        workers; see docs/scaling.md.

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
