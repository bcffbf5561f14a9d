"""Users or items as sums of rows: one row that all share, one of their own, and one for each feature."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from ns2vec._typing import BoolArray, Int32Array
from ns2vec.inputs import Bags
from ns2vec.recommend.features import Features
from ns2vec.training.units import BagUnits

SHARED = 0  # the row in every bag: its products with the other side are biases
NO_ROW = -1


class FeatureUnits(BagUnits):
    """Units with features.

    Parameters
    ----------
    wv : KeyedVectors
    features : Features or None
        Of the keys; keys that are not among them have no features.
    name : str
        Name of the matrix of rows.

    Attributes
    ----------
    own : ndarray of shape (n_keys,), int32
        The row of each key alone, -1 if it has none: without interactions, only its features count.
    of_feature : ndarray of shape (n_features,), int32
        The row of each feature.
    """

    def __init__(self, wv: Any, features: Features | None, name: str) -> None:
        nothing = Bags(np.zeros(1, dtype=np.int64), np.zeros(0, dtype=np.int32))
        super().__init__(wv, nothing, 1, "sum", name)
        self.features = features
        self.own = self.of_feature = np.zeros(0, dtype=np.int32)

    def renew(self, is_met: BoolArray) -> None:
        """Assign rows to keys with interactions, and to features, that have none yet; old rows are kept.

        Parameters
        ----------
        is_met : ndarray of shape (n_keys,), bool
        """
        n_new = len(is_met) - len(self.own)
        own = np.concatenate([self.own, np.full(n_new, NO_ROW, dtype=np.int32)])
        without = np.flatnonzero(is_met & (own == NO_ROW))
        own[without] = self.n_bag_rows + np.arange(len(without))
        n_rows = self.n_bag_rows + len(without)
        n_features = 0 if self.features is None else len(self.features.names)
        new = n_rows + np.arange(n_features - len(self.of_feature), dtype=np.int32)
        self.own, self.of_feature = own, np.concatenate([self.of_feature, new]).astype(np.int32)
        self.take_bags(self._bags(), n_rows + len(new))

    def _bags(self) -> Bags:
        keys = self.wv.index_to_key
        everyone = np.arange(len(keys))
        met = np.flatnonzero(self.own != NO_ROW)
        owners, rows = [everyone, met], [np.full(len(keys), SHARED), self.own[met]]
        if self.features is not None:
            found = self.features.onto(keys)
            owners.append(np.repeat(everyone, np.diff(found.offsets)))
            rows.append(self.of_feature[found.rows])
        all_owners, all_rows = np.concatenate(owners), np.concatenate(rows)
        order = np.lexsort((all_rows, all_owners))
        offsets = np.concatenate([[0], np.cumsum(np.bincount(all_owners, minlength=len(keys)))])
        return Bags(offsets.astype(np.int64), all_rows[order].astype(np.int32))

    def rows_touched(self, touches: npt.ArrayLike) -> npt.NDArray[np.float64]:
        """How often rows shrink for the updates of their keys, shape (n_rows,).

        The shared row does not shrink; the row of a feature at most as often as that of a key on average.
        """
        of_keys = np.asarray(touches, dtype=np.float64)
        if self.bags is None:
            raise RuntimeError("units with features have bags")
        owners = np.repeat(np.arange(len(of_keys)), np.diff(self.bags.offsets))
        found = np.bincount(self.bags.rows, weights=of_keys[owners], minlength=self.n_rows)
        found[self.of_feature] = np.minimum(found[self.of_feature], of_keys.mean())
        found[SHARED] = 0.0
        return np.asarray(found, dtype=np.float64)

    # ---- files ----

    def arrays(self) -> dict[str, Any]:
        """What a file has to store besides the rows."""
        found: dict[str, Any] = {"own": self.own, "of_feature": self.of_feature}
        if self.features is not None:
            found |= {"offsets": self.features.offsets, "features": self.features.rows}
        return found

    def adopt(self, own: Int32Array, of_feature: Int32Array, n_rows: int) -> None:
        """Restore what a file has stored."""
        self.own, self.of_feature = (np.asarray(rows, dtype=np.int32) for rows in (own, of_feature))
        self.take_bags(self._bags(), n_rows)
