#!/bin/bash
# Two network namespaces act as two hosts, each with a node of Ray. One is cut off while a model is trained, and
# later another takes its place. The driver's output goes to stdout; the last two lines are the digests on Ray and
# on local threads, which must be equal. Needs root, and takes about three minutes.
#
#     benchmarks/two_hosts.sh PYTHON CORPUS    # a python with ns2vec[ray]; 2 MB of text is enough
set -u
PYTHON=$1 CORPUS=$2 FOLDER=$(mktemp -d)
RAY=$(dirname "$PYTHON")/ray
# no usage statistics are sent; a node that is silent for some seconds is considered lost
export RAY_USAGE_STATS_ENABLED=0 RAY_AUTH_MODE=disabled RAY_health_check_period_ms=1000
export RAY_health_check_timeout_ms=2000 RAY_health_check_failure_threshold=4
NODE="--block --num-cpus 1 --object-store-memory 200000000"

for name in nsa nsb; do ip netns add $name; ip -n $name link set lo up; done
ip link add va netns nsa type veth peer name vb netns nsb
ip -n nsa addr add 10.9.0.1/24 dev va; ip -n nsa link set va up
ip -n nsb addr add 10.9.0.2/24 dev vb; ip -n nsb link set vb up

in_a() { ip netns exec nsa "$@"; }
second_node() { ip netns exec nsb "$RAY" start $NODE --address 10.9.0.1:6399 --node-ip-address 10.9.0.2; }

in_a "$RAY" start $NODE --head --node-ip-address 10.9.0.1 --port 6399 --include-dashboard false \
    --temp-dir "$FOLDER/ray" >"$FOLDER/head.log" 2>&1 &
sleep 20
second_node >"$FOLDER/second.log" 2>&1 &
sleep 15

in_a "$PYTHON" - "$CORPUS" "$FOLDER/begun" <<'DRIVER' &
import hashlib, logging, pathlib, sys, threading, time

from ns2vec import Word2Vec
from ns2vec.cluster import Ray

corpus, begun = sys.argv[1:]
options = {"sg": 1, "shards": 4, "vector_size": 50, "epochs": 40, "seed": 3, "batch_words": 2000}
logging.basicConfig(level=logging.WARNING, format="%(asctime)s %(message)s")
logging.getLogger("ns2vec.training.sharded").setLevel(logging.INFO)

def digest(model):
    return hashlib.sha256(model.wv.vectors.tobytes() + model.syn1neg.tobytes()).hexdigest()

with Ray(2, address="10.9.0.1:6399") as cluster:
    def watch():
        while cluster.traffic["rounds"] < 20:
            time.sleep(0.1)
        pathlib.Path(begun).touch()
    threading.Thread(target=watch, daemon=True).start()
    trained = digest(Word2Vec(corpus, **options))
    print(cluster.traffic)
print("Ray    ", trained)
print("threads", digest(Word2Vec(corpus, workers=2, **options)))
DRIVER
TRAINING=$!
until [ -e "$FOLDER/begun" ]; do sleep 1; done
date +"%T the second host is cut off"; ip -n nsb link set vb down; sleep 25
ip -n nsb link set vb up; date +"%T it is back"; sleep 3; ip netns pids nsb | xargs -r kill; sleep 4
second_node >"$FOLDER/third.log" 2>&1 &
date +"%T another node begins on it"
wait $TRAINING
for name in nsa nsb; do ip netns pids $name | xargs -r kill; done; wait
ip netns del nsa; ip netns del nsb; rm -rf "$FOLDER"
