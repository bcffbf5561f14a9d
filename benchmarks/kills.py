"""Workers on Ray that are killed at random moments: the bytes must be those of local threads.

    python -m benchmarks kills                 2 MB, 4 and 8 shards, 5 kills each

Needs ``pip install 'ns2vec[ray]'``. Exit code 1: a run gave other bytes.
"""

from __future__ import annotations

import hashlib
import os
import random
import signal
import sys
import threading
import time
from typing import Any

from benchmarks.shared import (
    common_parser,
    corpus_file,
    describe_corpus,
    describe_machine,
    results_path,
    save_json,
)
from ns2vec import Word2Vec
from ns2vec.cluster import Ray

SETTINGS = {"sg": 1, "vector_size": 50, "epochs": 4, "seed": 3, "batch_words": 2000, "progress": False}


def digest(corpus: str, n_shards: int) -> str:
    """sha256 of the result, trained on the given cluster."""
    model = Word2Vec(corpus, workers=2, shards=n_shards, **SETTINGS)
    return hashlib.sha256(model.wv.vectors.tobytes() + model.syn1neg.tobytes()).hexdigest()


def killed(cluster: Any, corpus: str, n_shards: int, n_rounds: int, chance: random.Random) -> dict[str, Any]:
    """A run in which one worker is killed, somewhere in a round or between two rounds."""
    before, moment = cluster.traffic, (chance.randrange(1, n_rounds - 1), chance.uniform(0.0, 0.05))

    def kill() -> None:
        while cluster.traffic["rounds"] < before["rounds"] + moment[0]:
            time.sleep(0.001)
        time.sleep(moment[1])
        os.kill(int(chance.choice(cluster.fleet.seats).name.split()[1]), signal.SIGKILL)

    killer = threading.Thread(target=kill)
    killer.start()
    started = time.perf_counter()
    sha256 = digest(corpus, n_shards)
    seconds = time.perf_counter() - started
    killer.join()
    lost = cluster.traffic["lost"] - before["lost"]
    found = {"shards": n_shards, "killed_in_round": moment[0], "of": n_rounds, "lost": lost, "sha256": sha256}
    return found | {"seconds": round(seconds, 1)}


def main(argv: list[str] | None = None) -> int:
    """Return 0, or 1 if a run gave other bytes."""
    parser = common_parser(__doc__, 2_000_000)
    parser.add_argument("--shards", nargs="+", type=int, default=[4, 8])
    parser.add_argument("--kills", type=int, default=5, help="for each number of shards")
    arguments = parser.parse_args(argv)
    corpus = corpus_file(arguments.corpus, arguments.bytes, arguments.data)
    expected = {n_shards: digest(str(corpus), n_shards) for n_shards in arguments.shards}
    runs, chance = [], random.Random(7)
    with Ray(2, num_cpus=4, object_store_memory=300_000_000) as cluster:
        for n_shards in arguments.shards:
            n_before = cluster.traffic["rounds"]
            digest(str(corpus), n_shards)
            n_rounds = cluster.traffic["rounds"] - n_before
            for _ in range(arguments.kills):
                runs.append(killed(cluster, str(corpus), n_shards, n_rounds, chance))
                print(runs[-1], flush=True)
    wrong = [run for run in runs if run["sha256"] != expected[run["shards"]]]
    record = {"machine": describe_machine(), "corpus": describe_corpus(corpus), "settings": SETTINGS}
    save_json(results_path("cluster-kills", arguments.results, is_dated=False), record | {"runs": runs})
    print(f"{len(runs) - len(wrong)} of {len(runs)} runs have the bytes of threads")
    return int(bool(wrong))


if __name__ == "__main__":
    sys.exit(main())
