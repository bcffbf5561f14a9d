"""Released packages that import gensim, unchanged, on ns2vec: ``make test-clients`` installs them.

Each program does what the package's own examples do and checks what they promise.
"""

from __future__ import annotations

import importlib.util
import subprocess
import sys

import pytest

PROGRAMS = {
    "node2vec": """
import networkx as nx
from node2vec import Node2Vec
from node2vec.edges import HadamardEmbedder

graph = nx.barbell_graph(10, 2)
model = Node2Vec(graph, dimensions=16, walk_length=20, num_walks=60, workers=1, quiet=True, seed=3).fit(
    window=5, min_count=1, batch_words=4, seed=3, workers=1
)
clique = {str(node) for node in range(10)}
assert {node for node, _ in model.wv.most_similar("2", topn=5)} <= clique
edges = HadamardEmbedder(keyed_vectors=model.wv, quiet=True)
assert edges[("1", "2")].shape == (16,)
assert len(edges.as_keyed_vectors().most_similar(str(("1", "2")))) == 10
model.wv.save_word2vec_format("vectors.txt")
model.save("model")
assert type(model).load("model").wv.most_similar("2") == model.wv.most_similar("2")
""",
    "fastnode2vec": """
from fastnode2vec import Graph, Node2Vec

pairs = [(a, b) for clique in ("abcde", "vwxyz") for a in clique for b in clique if a < b] + [("e", "v")]
graph = Graph(pairs, directed=False, weighted=False)
for workers in (1, 2):
    model = Node2Vec(graph, dim=10, walk_length=20, window=3, p=2.0, q=0.5, workers=workers)
    model.train(epochs=200, verbose=False)
    assert model.wv["a"].shape == (10,)
    nearest = {str(node) for node, _ in model.wv.most_similar("a", topn=3)}
    assert nearest <= set("bcde"), nearest
""",
    "wefe": """
import numpy as np
from gensim.models import KeyedVectors
from wefe.metrics import RND, WEAT
from wefe.query import Query
from wefe.word_embedding_model import WordEmbeddingModel

women, men = ["she", "woman", "girl"], ["he", "man", "boy"]
family, career = ["home", "family", "child"], ["work", "office", "salary"]
rng = np.random.default_rng(0)
axis = rng.normal(size=8)
kv = KeyedVectors(8)
for words, sign in ((women + family, 1), (men + career, -1)):
    kv.add_vectors(words, (sign * axis + 0.1 * rng.normal(size=(6, 8))).astype(np.float32))
model = WordEmbeddingModel(kv, "planted")
query = Query([women, men], [family, career], ["women", "men"], ["family", "career"])
found = WEAT().run_query(query, model, calculate_p_value=True, p_value_iterations=50)
assert found["weat"] > 4 and found["effect_size"] > 1.5, found
assert RND().run_query(Query([women, men], [family]), model)["result"] < -1
""",
    "graspologic": """
import networkx as nx
import numpy as np
from graspologic.embed import node2vec_embed

graph = nx.barbell_graph(10, 0)
nx.set_edge_attributes(graph, 1.0, "weight")
vectors, labels = node2vec_embed(graph, dimensions=8, num_walks=20, iterations=5, random_seed=1)
assert vectors.shape == (20, 8)
unit = vectors / np.linalg.norm(vectors, axis=1, keepdims=True)
side = np.array([int(label) < 10 for label in labels])
cosines = unit @ unit.T
assert cosines[side][:, side].mean() > cosines[side][:, ~side].mean()
""",
    "karateclub": """
import networkx as nx
import numpy as np
from karateclub import DeepWalk, Graph2Vec, Role2Vec, Walklets

def sides(vectors, groups):
    unit = vectors / np.linalg.norm(vectors, axis=1, keepdims=True)
    cosines, same = unit @ unit.T, groups[:, None] == groups
    return cosines[same].mean() - cosines[~same].mean()

graph = nx.barbell_graph(10, 0)
for kind in (DeepWalk, Walklets):
    model = kind(dimensions=8, workers=1, seed=1)
    model.fit(graph)
    assert sides(model.get_embedding(), np.arange(20) // 10) > 0.1, kind
model = Role2Vec(dimensions=8, workers=1)
model.fit(graph)
assert np.isfinite(model.get_embedding()).all() and len(model.get_embedding()) == 20
graphs = [(nx.path_graph, nx.star_graph)[number % 2](20 + number % 3) for number in range(60)]
model = Graph2Vec(dimensions=8, workers=1, epochs=100, min_count=1, down_sampling=0.0)
model.fit(graphs)
assert sides(model.get_embedding(), np.arange(60) % 2) > 0.3
""",
    "compress_fasttext": """
import compress_fasttext
import numpy as np
from gensim.models.fasttext import FastText

endings = ("", "s", "er", "ing", "ed", "ly")
words = [stem + ending for stem in ("walk", "tree", "stone", "river", "light") for ending in endings]
rng = np.random.default_rng(1)
topics = rng.integers(0, 5, 400)
sentences = [[words[6 * topic + place] for place in rng.integers(0, 6, 5)] for topic in topics]
whole = FastText(sentences, vector_size=16, min_count=1, bucket=2000, epochs=10, seed=1, workers=1).wv
quantized = compress_fasttext.quantize_ft(whole, qdim=8, centroids=20)
pruned = compress_fasttext.prune_ft_freq(whole, new_vocab_size=20, new_ngrams_size=300, pq=False)
for small in (quantized, pruned):
    one, other = small["walkers"], whole["walkers"]
    assert one @ other > 0.9 * np.linalg.norm(one) * np.linalg.norm(other)
    small.save("small")
    again = type(small).load("small", trust_pickle=True)
    assert np.array_equal(again["walkers"], one)
assert pruned.most_similar("walkers", topn=1)[0][0].startswith("walk")
""",
    "pyrdf2vec": """
import numpy as np
from pyrdf2vec import RDF2VecTransformer
from pyrdf2vec.embedders import Word2Vec
from pyrdf2vec.graphs import KG, Vertex
from pyrdf2vec.walkers import RandomWalker

def state(graph, subject, predicate, thing):
    first, last = Vertex(f"http://x/{subject}"), Vertex(f"http://x/{thing}")
    graph.add_walk(first, Vertex(f"http://x/{predicate}", predicate=True, vprev=first, vnext=last), last)

graph = KG()
for city, names in (("Paris", "abcde"), ("Rome", "vwxyz")):
    for name in names:
        state(graph, name, "lives", city)
        for other in set(names) - {name}:
            state(graph, name, "knows", other)
embedder = Word2Vec(epochs=60, vector_size=16, workers=1, seed=1, negative=5)
transformer = RDF2VecTransformer(embedder, [RandomWalker(3, 30, random_state=1)], verbose=0)
vectors = np.array(transformer.fit_transform(graph, [f"http://x/{name}" for name in "abcdevwxyz"])[0])
unit = vectors / np.linalg.norm(vectors, axis=1, keepdims=True)
cosines, same = unit @ unit.T, np.arange(10)[:, None] // 5 == np.arange(10) // 5
assert cosines[same].mean() > cosines[~same].mean() + 0.1
""",
}


@pytest.mark.slow
@pytest.mark.parametrize("name", PROGRAMS)
def test_client(name, tmp_path):
    if importlib.util.find_spec(name) is None:
        pytest.skip(f"{name} is not installed: make test-clients")
    script = tmp_path / "program.py"
    script.write_text(PROGRAMS[name])
    done = subprocess.run(
        [sys.executable, "-W", "ignore", "-m", "ns2vec.compat.gensim", str(script)],
        capture_output=True, text=True, cwd=tmp_path, timeout=280,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
