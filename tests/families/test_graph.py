"""Models of nodes keep to what every family keeps to."""

from __future__ import annotations

import numpy as np
import pytest
from family_tests import FamilyTests

from ns2vec.graph import LINE, DeepWalk, Node2Vec, read_graph
from ns2vec.graph.line import EdgeFeed
from ns2vec.graph.walks import WalkFeed, WalkPlan

N_NODES = 24  # of each clique


def cliques() -> list[tuple[str, str]]:
    """Edges of two separate cliques, ``fruit`` and ``tool``."""
    return [
        (f"{name}{a}", f"{name}{b}") for name in ("fruit", "tool") for a in range(N_NODES) for b in range(a)
    ]


class GraphTests(FamilyTests):
    """Nodes of two cliques; an example is an edge."""

    nothing = "the graph has no edges"
    bad_options = [
        {"vector_size": 0},
        {"alpha": float("nan")},
        {"epochs": 0},
        {"negative": -1},
        {"sampler": "dice"},
        {"objective": "glove"},
        {"checkpoint_every": "never"},
    ]

    def examples(self):
        return cliques()

    def more_examples(self):
        fresh = [
            ("fruit1", "kiwi"),
            ("kiwi", "fruit2"),
            ("kiwi", "plum"),
            ("plum", "fruit1"),
            ("fruit2", "plum"),
        ]
        return [*fresh, ("tool3", "saw"), ("saw", "tool4")]

    def has_learned(self, model):
        neighbours = {node: model.wv.most_similar(node, topn=9) for node in ("fruit3", "tool5")}
        return all(sum(key[:4] == node[:4] for key, _ in found) >= 8 for node, found in neighbours.items())

    def fit(self, examples, **options):
        common = {"workers": 1, "seed": 3, "compute_loss": True}
        return self.family(**(common | self.options | options)).fit(examples)

    def train(self, model, examples):
        model.partial_fit(examples, epochs=1)

    def grow(self, model, examples):
        model.grow(examples)

    def resume(self, folder, examples):
        return self.family.resume(folder, examples)

    @pytest.mark.parametrize("part", [0.1, 0.5, 0.95])
    def test_a_run_that_was_cut_ends_with_the_bytes_of_a_whole_one(self, part, tmp_path, monkeypatch):
        """The examples are read once: it is the jobs that are cut."""
        whole = self.fit(self.examples())
        feed = EdgeFeed if self.family is LINE else WalkFeed
        jobs, n_left = feed.jobs, [round(part * self.options["epochs"] * self.n_jobs)]

        def cut(self, run):
            for job in jobs(self, run):
                n_left[0] -= 1
                if n_left[0] < 0:
                    raise KeyboardInterrupt
                yield job

        with monkeypatch.context() as patch, pytest.raises(KeyboardInterrupt):
            patch.setattr(feed, "jobs", cut)
            self.fit(self.examples(), checkpoint=tmp_path, checkpoint_every="1h")
        resumed = self.resume(tmp_path, self.examples())
        assert self.same(resumed, whole)
        assert self.losses(resumed) == self.losses(whole)

    def test_another_graph_does_not_resume(self, tmp_path):
        self.fit(self.examples(), checkpoint=tmp_path, checkpoint_every=1)
        last = max(tmp_path.iterdir())
        last.unlink()  # that of the end
        with pytest.raises(ValueError, match="not the corpus of the checkpoint"):
            self.resume(tmp_path, [*self.examples()[1:], ("fruit0", "tool0")])
        with pytest.raises(ValueError, match="a node that the model lacks: 'kiwi'"):
            self.resume(tmp_path, self.more_examples())

    def test_nodes_without_edges_and_loops_are_no_trouble(self):
        graph = read_graph([*self.examples(), ("fruit0", "fruit0"), ("hermit", "hermit")], keys=["lone"])
        model = self.fit(graph)
        assert list(model.wv.index_to_key) == graph.keys
        assert np.isfinite(model.wv.vectors).all()


SMALL = {"vector_size": 16, "epochs": 12, "alpha": 0.05, "batch_words": 200}
WALKED = SMALL | {"walk_length": 10, "walks_per_node": 4, "window": 3}


class TestDeepWalk(GraphTests):
    family = DeepWalk
    options = WALKED
    n_jobs = 10
    bad_options = [*GraphTests.bad_options, {"window": 0}, {"walk_length": 0}, {"walks_per_node": 0}]


class TestDeepWalkWithAPath(TestDeepWalk):
    options = WALKED | {"objective": "hierarchical_softmax", "epochs": 20}
    bad_options = [{"vector_size": 0}]

    def test_the_tree_is_that_of_the_walks_that_are_trained(self):
        graph = read_graph(cliques())
        model = DeepWalk(**self.options, seed=5).fit(graph)
        visits = WalkPlan(10, 4).visits(graph, seed=5)
        assert [model.wv.get_vecattr(key, "count") for key in graph.keys] == visits.tolist()


class TestNode2Vec(TestDeepWalk):
    family = Node2Vec
    options = WALKED | {"p": 0.5, "q": 2.0}
    bad_options = [{"p": 0.0}, {"q": -1.0}]


class TestLineOfTheSecondOrder(GraphTests):
    family = LINE
    options = SMALL | {"order": 2, "epochs": 30}
    n_jobs = 6
    bad_options = [*GraphTests.bad_options, {"order": 3}]


class TestLineOfTheFirstOrder(TestLineOfTheSecondOrder):
    """With more negatives, half of which are of the same clique, the loss has nowhere to fall to."""

    options = SMALL | {"order": 1, "epochs": 60, "negative": 1}
    bad_options = [{"order": 0}, {"objective": "hierarchical_softmax"}, {"objective": "softmax"}]
