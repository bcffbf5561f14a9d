"""Matrix factorisation: a vector for each user and each item, a bias for each item."""

from __future__ import annotations

from ns2vec.formats.saving import MODELS
from ns2vec.recommend.pair_model import PairModel


class MatrixFactorization(PairModel):
    """Vectors of users and items whose dot product, with the item's bias, ranks items for a user.

    Parameters
    ----------
    loss : {"bpr", "warp", "logistic", "softmax"}
        What was chosen is ranked above what was not, one item at a time (Rendle et al. 2009,
        arXiv:1205.2618); so that the top of the list counts most (Weston et al. 2011, "WSABIE"); each item is
        a yes or a no (Johnson 2014, "Logistic matrix factorization"); or the chosen item is found among all,
        by a sampled softmax with the correction for how often an item is drawn (Yi et al. 2019, RecSys).
    vector_size : int
        Length of the vectors.
    epochs : int, optional
        Passes over the interactions. For this and the options below None is what suits the loss: see
        `ns2vec.recommend.pair_model.LOSSES`.
    learning_rate : float, optional
        Falls in a line to a hundredth of it.
    regularization : float, optional
        L2: at each touch a row loses the share ``learning_rate * regularization`` of itself. It is taken
        after each epoch, for all touches of the epoch at once, and leaves at least a quarter.
    negatives : int, optional
        Items that each choice is compared with. What a user has chosen is never drawn.
    sampler : str or Sampler, optional
        Where they come from, by name: ``"uniform"``, ``"unigram"``, ``"dynamic:m=8,base=uniform"`` ...
    compute_loss : bool
        Keep the mean loss of each epoch in `epoch_losses`.
    seed, workers : int
        With one worker equal seeds give equal bytes.
    progress : bool, optional
        Show a bar; None: on a terminal.
    shards : int, optional
        Train in rounds of so many parts, so that equal seeds give equal bytes for any number of workers; see
        docs/scaling.md.

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
