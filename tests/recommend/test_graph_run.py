"""Training of LightGCN: when it stops, and how it continues."""

from __future__ import annotations

import numpy as np
import pytest

from ns2vec.exceptions import DivergenceError, FormatError
from ns2vec.formats import native
from ns2vec.recommend import LightGCN, planted_interactions
from ns2vec.recommend.propagation import Spreading, graph_of
from ns2vec.training.observers import Observer

OPTIONS = {"vector_size": 8, "learning_rate": 0.1, "validation": 0.2, "check_every": 2, "patience": 2}


@pytest.fixture(scope="module")
def data():
    return planted_interactions(60, 40, 2, per_user=10, noise=0.5, seed=4).interactions


def test_training_ends_when_lists_get_no_better(data):
    """The best vectors are kept, and spread over all of the graph."""
    model = LightGCN(epochs=500, **OPTIONS).fit(data)
    assert model.epochs_trained < 500
    graph = graph_of(data.known(), data.n_items)
    np.testing.assert_allclose(
        model.users.vectors, Spreading(graph, 3)(model.base)[: data.n_users], atol=1e-6
    )


def test_what_runs_away_is_told():
    with pytest.raises(DivergenceError, match="lower learning_rate"):
        LightGCN(vector_size=4, learning_rate=1e30, epochs=4).fit([(f"u{n}", f"i{n % 3}") for n in range(9)])


class Interrupt(Observer):
    """Ctrl-C in the middle of an epoch."""

    def on_chunk(self, run, tally):
        if run.epoch == 7:
            raise KeyboardInterrupt


def test_what_was_cut_stops_where_it_would_have_stopped(data, tmp_path, monkeypatch):
    """The best vectors so far, and the count of lists without improvement, survive a checkpoint."""
    whole = LightGCN(epochs=500, **OPTIONS).fit(data)
    assert whole.epochs_trained > 8
    with monkeypatch.context() as patch, pytest.raises(KeyboardInterrupt):
        patch.setattr("ns2vec.recommend.recommender.EpochLog", Interrupt)
        LightGCN(epochs=500, **OPTIONS).fit(data, checkpoint=tmp_path)
    resumed = LightGCN.resume(tmp_path)
    assert resumed.epochs_trained == whole.epochs_trained
    assert np.array_equal(resumed.base, whole.base)


def test_too_few_epochs_for_a_look_hold_nothing_out(data):
    ours, plain = (
        LightGCN(vector_size=8, epochs=2, validation=share, check_every=3).fit(data) for share in (0.3, 0)
    )
    assert np.array_equal(ours.base, plain.base)


def test_a_checkpoint_without_its_arrays_is_damaged(data, tmp_path):
    LightGCN(vector_size=8, epochs=2).fit(data, checkpoint=tmp_path, checkpoint_every=1)
    last, first = sorted(tmp_path.iterdir(), reverse=True)
    last.unlink()  # that of the end
    state = native.read_state(first)
    state.arrays["run_mean"] = state.arrays["run_mean"][1:]
    native.write_state(first, state)
    with pytest.raises(FormatError, match="expected the arrays"):
        LightGCN.resume(tmp_path)
