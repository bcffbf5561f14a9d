"""Shards on Ray itself (`make test-cluster`): the bytes of threads, whatever happens to the workers."""

from __future__ import annotations

import hashlib
import logging
import os
import signal
import subprocess
import sys
import threading
from pathlib import Path

import numpy as np
import pytest

from ns2vec import FastText, Word2Vec
from ns2vec.cluster import Ray, dataset_parts
from ns2vec.exceptions import ConfigError
from ns2vec.recommend import MatrixFactorization

ray = pytest.importorskip("ray", reason="ray is not installed: run make test-cluster")
pytestmark = pytest.mark.filterwarnings("ignore::ResourceWarning", "ignore::FutureWarning")

RNG = np.random.default_rng(0)
SENTENCES = [[f"w{i}" for i in RNG.zipf(1.5, size=9) if i < 300] for _ in range(600)]
SMALL = {"vector_size": 20, "min_count": 1, "sample": 1e-2, "epochs": 2, "batch_words": 100, "seed": 5}
ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module", autouse=True)
def cluster(tmp_path_factory):
    """Ray on this machine; what it writes goes to a folder of its own."""
    home, patch = tmp_path_factory.mktemp("home"), pytest.MonkeyPatch()
    patch.setenv("HOME", str(home))
    patch.setenv("RAY_USAGE_STATS_ENABLED", "0")
    patch.setenv("PYTHONPATH", str(ROOT))
    ray.init(num_cpus=4, include_dashboard=False, object_store_memory=300_000_000, logging_level="error")
    yield
    ray.shutdown()
    patch.undo()


def digest(model) -> str:
    """sha256 of all that was learned."""
    found = hashlib.sha256()
    for array in (model.wv.vectors, getattr(model, "syn1", None), getattr(model, "syn1neg", None)):
        if array is not None:
            found.update(np.ascontiguousarray(array).tobytes())
    return found.hexdigest()


def trained(corpus=SENTENCES, family=Word2Vec, **options):
    return family(corpus, **({"shards": 4, "workers": 2} | SMALL | options))


MODELS = {
    "skip_gram": {"sg": 1},
    "cbow": {},
    "hierarchical_softmax": {"sg": 1, "hs": 1, "negative": 0},
    "full_softmax": {"objective": "softmax", "epochs": 1},
    "fasttext": {"family": FastText, "bucket": 500, "sg": 1},
}
CHOICES = [(f"u{a}", f"i{b}") for a, b in RNG.integers(0, 40, (400, 2))]


@pytest.mark.parametrize("n_workers", [1, 2, 4])
def test_any_number_of_actors_gives_the_bytes_of_threads(n_workers, tmp_path):
    path = tmp_path / "text.txt"
    path.write_text("\n".join(map(" ".join, SENTENCES)) + "\n")
    given = {"a file": {"corpus": str(path)}, "not kept": {"corpus": str(path), "corpus_memory": 0}}
    runs = MODELS | given
    runs |= {f"{name}, 8 shards": options | {"shards": 8} for name, options in runs.items()}

    def factorized():
        return MatrixFactorization(vector_size=8, epochs=2, shards=4).fit(CHOICES).items.vectors.tobytes()

    with Ray(n_workers):
        found = {name: digest(trained(**options)) for name, options in runs.items()}
        pairs = factorized()
    assert found == {name: digest(trained(**options)) for name, options in runs.items()}
    assert pairs == factorized()


class Acting:
    """Does something in the middle of training."""

    def __init__(self, *actions):
        self.actions = [*actions]

    def on_epoch_end(self, model):
        if self.actions:
            self.actions.pop(0)()


def pid_of(seat) -> int:
    return int(seat.name.split()[1])


def test_killed_actors_are_replaced(caplog):
    """At random moments, each after a round that was whole."""
    options, rng = {"sg": 1, "epochs": 12, "vector_size": 100}, np.random.default_rng(3)
    expected, stop = digest(trained(**options)), threading.Event()

    def kill(found):
        killed = []
        while len(killed) < 5 and not stop.wait(rng.uniform(0.001, 0.05)):
            n_rounds, seats = found.fleet.traffic["rounds"], [*found.fleet.seats]
            if n_rounds > max(killed, default=0) and seats:  # one may not have come yet
                os.kill(pid_of(seats[n_rounds % len(seats)]), signal.SIGKILL)
                killed.append(n_rounds)

    with Ray(2) as found:
        killer = threading.Thread(target=kill, args=(found,))
        killer.start()
        same = digest(trained(**options)) == expected
        stop.set()
        killer.join()
    assert same
    assert found.traffic["lost"] > 0
    assert "is lost and is being replaced" in caplog.text


def test_workers_come_and_go():
    with Ray(2) as found:
        model = trained(epochs=3, callbacks=[Acting(lambda: found.resize(4), lambda: found.resize(1))])
        assert len(found.fleet.seats) == 1
    assert digest(model) == digest(trained(epochs=3))
    with pytest.raises(ConfigError, match="has workers only inside its with"):
        found.resize(2)


class Failing:
    """A sampler that fails in the worker."""

    def __call__(self, n, generator):
        raise ZeroDivisionError("of the sampler")


def test_an_exception_has_the_traceback_of_the_worker():
    with Ray(2), pytest.raises(ZeroDivisionError, match="of the sampler") as caught:
        trained(sampler=Failing())
    assert "in __call__" in str(caught.value.__cause__)
    assert "draw_block" in str(caught.value.__cause__)


class Telling:
    """A sampler that logs in the worker."""

    def __call__(self, n, generator):
        logging.getLogger("ns2vec.told").warning("from process %d", os.getpid())
        return generator.integers(0, 5, n)


def test_what_workers_log_the_driver_logs(caplog):
    with Ray(2) as found:
        trained(sampler=Telling(), epochs=1)
        pids = {pid_of(seat) for seat in found.fleet.seats}
    told = {int(record.getMessage().split()[-1]) for record in caplog.records if "told" in record.name}
    assert told == pids


def test_ctrl_c_reaches_the_driver_and_the_run_goes_on_without_ray(tmp_path):
    def interrupt():
        signal.raise_signal(signal.SIGINT)

    with Ray(2):
        trained(checkpoint=tmp_path, checkpoint_every="1h", callbacks=[Acting(interrupt)])
    assert digest(Word2Vec.resume(tmp_path, SENTENCES, workers=3)) == digest(trained())


SCRIPT = """
import sys
from ns2vec import Word2Vec
from ns2vec.cluster import Ray, dataset_parts

corpus, folder = sys.argv[1:]
class Telling:
    def on_epoch_end(self, model):
        print("epoch", flush=True)
with Ray(2, object_store_memory=200_000_000):
    Word2Vec(corpus, shards=4, epochs=10, sg=1, vector_size=20, min_count=1, sample=1e-2, batch_words=100,
             seed=5, checkpoint=folder, checkpoint_every="0s", callbacks=[Telling()])
"""


def test_a_killed_driver_is_resumed(tmp_path):
    path, folder = tmp_path / "text.txt", tmp_path / "saved"
    path.write_text("\n".join(map(" ".join, SENTENCES)) + "\n")
    driver = subprocess.Popen(
        [sys.executable, "-c", SCRIPT, str(path), str(folder)], stdout=subprocess.PIPE, text=True, cwd=ROOT
    )
    with driver:
        assert driver.stdout.readline() == "epoch\n"
        driver.kill()
    with Ray(4):
        resumed = Word2Vec.resume(folder, str(path))
    assert digest(resumed) == digest(trained(str(path), epochs=10, sg=1))


@pytest.mark.filterwarnings("ignore::DeprecationWarning")  # Ray Data's, of its own options
def test_workers_read_the_blocks_of_a_dataset():
    data = pytest.importorskip("ray.data")
    tables = [
        [{"n": i, "text": " ".join(words)} for i, words in enumerate(SENTENCES[k::3])] for k in range(3)
    ]
    rows = data.from_items(tables[0]).union(*map(data.from_items, tables[1:])).materialize()
    in_order = [row["text"].split() for row in rows.iter_rows()]
    with Ray(2):
        parts = dataset_parts(rows)
        model = trained(parts)
        with pytest.raises(ConfigError, match="the dataset has no column 'body', only 'n', 'text'"):
            dataset_parts(rows, "body")
    assert parts.n_parts > 1
    assert digest(model) == digest(trained(in_order))
    with pytest.raises(TypeError, match=r"expected a ray\.data\.Dataset"):
        dataset_parts(in_order)
