"""The planted structure exists: communities, popularity, changes of taste, informative features."""

from __future__ import annotations

import numpy as np
import pytest

from ns2vec.exceptions import ConfigError
from ns2vec.recommend import planted_interactions

MADE = planted_interactions(400, 240, 4, per_user=20, noise=0.2, drift=0.3)


def at_home(made, later):
    """The share of choices, before or after the middle of time, in the community of the beginning."""
    data = made.interactions
    half = data.take((data.times >= 1000) == later)
    is_own = made.user_communities[half.users] == made.item_communities[half.items]
    return np.array([is_own[made.has_moved[half.users] == moved].mean() for moved in (False, True)])


def test_users_keep_to_their_community_until_they_move():
    own = 0.8 + 0.2 / 4
    assert at_home(MADE, later=False) == pytest.approx([own, own], abs=0.05)
    stayed, moved = at_home(MADE, later=True)
    assert stayed == pytest.approx(own, abs=0.08)  # what was chosen before is not chosen again
    assert moved < 0.12
    assert MADE.has_moved.mean() == pytest.approx(0.3, abs=0.07)


def test_the_popular_are_chosen_more_and_no_pair_comes_twice():
    data = MADE.interactions
    counts = np.bincount(data.items, minlength=data.n_items)
    assert np.corrcoef(counts, MADE.popularity)[0, 1] > 0.8
    assert len(data.added_up()) == len(data)
    assert len(data) == pytest.approx(400 * 20, rel=0.05)


def test_features_tell_what_they_should():
    genres = [
        next(n for n in MADE.item_features.names_of(k) if "genre" in n) for k in MADE.item_features.keys
    ]
    assert len(set(zip(genres, MADE.item_communities.tolist(), strict=True))) == 4
    groups = [
        next(n for n in MADE.user_features.names_of(k) if "group" in n) for k in MADE.user_features.keys
    ]
    _, counts = np.unique([*zip(groups, MADE.user_communities, strict=True)], axis=0, return_counts=True)
    assert np.sort(counts)[-4:].sum() / 400 == pytest.approx(0.8 + 0.2 / 4, abs=0.06)


def test_a_seed_repeats_and_what_cannot_be_is_refused():
    first, again, other = (planted_interactions(30, 30, 2, per_user=5, seed=seed) for seed in (3, 3, 4))
    assert first.interactions.items.tobytes() == again.interactions.items.tobytes()
    assert first.interactions.items.tobytes() != other.interactions.items.tobytes()
    with pytest.raises(ConfigError, match="20 items in 2 communities allow per_user of at most 6"):
        planted_interactions(30, 20, 2, per_user=7)
    with pytest.raises(ConfigError, match="n_communities must be a whole number from 1 to 10"):
        planted_interactions(n_communities=11)
    with pytest.raises(ConfigError, match="noise must be a number from 0 to 1"):
        planted_interactions(noise=2)
