"""Shards on members of a cluster: whichever members are lost or join, the bytes are those of threads."""

from __future__ import annotations

import hashlib
import logging
import signal

import numpy as np
import pytest

from ns2vec import Doc2Vec, FastText, TaggedDocument, Word2Vec
from ns2vec.exceptions import ConfigError
from ns2vec.graph import LINE, DeepWalk
from ns2vec.recommend import MatrixFactorization
from ns2vec.training.encoding import RemoteChunks
from ns2vec.training.sharded import fleet as fleets
from ns2vec.training.sharded.fleet import ClusterError, Fleet, Held, no_tick, using
from ns2vec.training.sharded.member import LogRelay, Member
from ns2vec.training.sharded.members import Members
from ns2vec.training.sharded.transport import InProcess

RNG = np.random.default_rng(0)
SENTENCES = [[f"w{i}" for i in RNG.zipf(1.5, size=9) if i < 300] for _ in range(300)]
SMALL = {"vector_size": 20, "min_count": 1, "sample": 1e-2, "epochs": 2, "batch_words": 100, "seed": 5}


def digest(model) -> str:
    """sha256 of all that was learned."""
    found = hashlib.sha256()
    for array in (model.wv.vectors, getattr(model, "syn1", None), getattr(model, "syn1neg", None)):
        if array is not None:
            found.update(np.ascontiguousarray(array).tobytes())
    return found.hexdigest()


def trained(corpus=SENTENCES, family=Word2Vec, **options):
    return family(corpus, **({"shards": 4, "workers": 1} | SMALL | options))


def on(fleet, make, *arguments, **options):
    """What is made with a fleet at work."""
    with using(fleet):
        return make(*arguments, **options)


MODELS = {
    "skip_gram": {"sg": 1},
    "cbow": {"shards": 8},
    "hierarchical_softmax": {"sg": 1, "hs": 1, "negative": 0},
    "full_softmax": {"objective": "softmax", "epochs": 1},
    "pair": {"sg": 1, "negative_sharing": "pair"},
    "dynamic": {"sg": 1, "sampler": "dynamic:m=4,anneal=linear"},
    "fasttext": {"family": FastText, "bucket": 500, "sg": 1, "shards": 8},
}


@pytest.mark.parametrize("name", MODELS)
def test_any_number_of_members_gives_the_bytes_of_threads(name):
    expected = digest(trained(**MODELS[name]))
    for n_members in (1, 2, 4):
        assert digest(on(Fleet(InProcess(), n_members), trained, **MODELS[name])) == expected


EDGES = [(int(a), int(b)) for a, b in RNG.integers(0, 40, (300, 2)) if a != b]
CHOICES = [(f"u{a}", f"i{b}") for a, b in RNG.integers(0, 30, (300, 2))]
FAMILIES = {
    "deepwalk": lambda: DeepWalk(vector_size=8, epochs=2, shards=4, batch_words=100).fit(EDGES).wv.vectors,
    "line": lambda: LINE(vector_size=8, epochs=2, shards=4).fit(EDGES).wv.vectors,
    "pairs": lambda: MatrixFactorization(vector_size=8, epochs=2, shards=4).fit(CHOICES).items.vectors,
    "documents": lambda: (
        trained(
            [TaggedDocument(words, [i]) for i, words in enumerate(SENTENCES)], Doc2Vec, dm=0, dbow_words=1
        ).dv.vectors
    ),
}


@pytest.mark.parametrize("name", FAMILIES)
def test_every_family_gives_the_bytes_of_threads(name):
    assert on(Fleet(InProcess(), 2), FAMILIES[name]).tobytes() == FAMILIES[name]().tobytes()


def test_text_of_which_members_read_ranges_gives_the_same_bytes(tmp_path, monkeypatch):
    path = tmp_path / "text.txt"
    path.write_text("\n".join(map(" ".join, SENTENCES)) + "\n")
    monkeypatch.setattr("ns2vec.corpus.ranges.RANGE_BYTES", 1000)
    given = {"as a path": {"corpus": str(path)}, "corpus_file": {"corpus": None, "corpus_file": str(path)}}
    expected = digest(trained(str(path)))
    for options in (*given.values(), given["as a path"] | {"corpus_memory": 0}):
        fleet = Fleet(InProcess(), 2)
        model = on(fleet, trained, **options)
        assert digest(model) == expected
        assert model.wv.index_to_key == trained(str(path)).wv.index_to_key


def test_the_loss_is_that_of_threads_to_the_last_bit():
    expected = trained(compute_loss=True).epoch_losses
    assert on(Fleet(InProcess(), 3), trained, compute_loss=True).epoch_losses == expected


# ---- lost, coming and going --------------------------------------------------------------------------


def test_a_member_may_be_lost_before_any_call(caplog):
    expected, whole = digest(trained(epochs=1)), InProcess()
    on(Fleet(whole, 2), trained, epochs=1)
    for call in range(1, whole.n_calls + 1):
        fleet = Fleet(InProcess(lost_at={call}), 2)
        assert digest(on(fleet, trained, epochs=1)) == expected, call
        # a member that is lost while it applies the last round is not missed
        assert fleet.traffic["lost"] == 1 or call > whole.n_calls - 2
    assert "is lost and is being replaced" in caplog.text
    assert "the round is trained again" in caplog.text


def test_all_members_may_be_lost_again_and_again():
    fleet = Fleet(InProcess(lost_at=set(range(9, 4000, 41))), 3)
    assert digest(on(fleet, trained)) == digest(trained())
    assert fleet.traffic["lost"] > 5


def test_members_that_are_lost_as_fast_as_they_come_end_the_run():
    with pytest.raises(ClusterError, match="lost without progress in between: do they have enough memory"):
        on(Fleet(InProcess(lost_at=set(range(1, 2000))), 2), trained)


def test_members_come_and_go_between_rounds():
    fleet, seen = Fleet(InProcess(), 2), []

    class Resizing:
        def on_epoch_end(self, model):
            seen.append(len(fleet.seats))
            fleet.n_wanted = [5, 1, 2][len(seen) - 1]

    model = on(fleet, trained, epochs=3, callbacks=[Resizing()])
    assert seen == [2, 5, 1]
    assert digest(model) == digest(trained(epochs=3))


def test_nobody_waits_for_ever_for_a_member_that_does_not_come(monkeypatch, caplog):
    monkeypatch.setattr(fleets, "PATIENCE_SECONDS", 0.0)
    transport = InProcess(late={2})
    fleet, seen = Fleet(transport, 2), []

    class Arriving:
        def on_epoch_end(self, model):
            seen.append(len(fleet.seats))
            transport.late.clear()

    model = on(fleet, trained, callbacks=[Arriving()])
    assert seen == [1, 2]
    assert "1 workers have not arrived yet: continuing with 1" in caplog.text
    assert digest(model) == digest(trained())


def test_a_member_with_other_code_is_refused(monkeypatch):
    monkeypatch.setattr(Member, "hello", lambda self: {"version": "0.0", "isa": "avx2", "pid": 1})
    with pytest.raises(ConfigError, match=r"has version 0.0, and the driver .*: install the same ns2vec"):
        on(Fleet(InProcess(), 2), trained)


def test_a_member_that_missed_a_round_does_not_train(monkeypatch):
    apply = Member.apply

    def failing(self, version, *blocks):
        if version == 4:
            raise OSError("no room")
        apply(self, version, *blocks)

    monkeypatch.setattr(Member, "apply", failing)
    with pytest.raises(RuntimeError, match="this worker has version 3 of the weights, not 4"):
        on(Fleet(InProcess(), 2), trained)


# ---- errors and Ctrl-C -------------------------------------------------------------------------------


def test_an_exception_of_a_member_reaches_the_caller_and_leaves_the_round_out(monkeypatch):
    model, fleet = trained(), Fleet(InProcess(), 2)
    before, train = digest(model), RemoteChunks.train

    def failing(self, run, worker, chunk):
        if chunk.index == 2:
            raise ZeroDivisionError("of a member")
        return train(self, run, worker, chunk)

    length = {"total_examples": len(SENTENCES), "epochs": 1}
    with monkeypatch.context() as patch, pytest.raises(ZeroDivisionError, match="of a member"):
        patch.setattr(RemoteChunks, "train", failing)
        on(fleet, model.train, SENTENCES, **length)
    assert digest(model) == before
    other = trained()
    other._core.epochs_trained = model.epochs_trained
    on(fleet, model.train, SENTENCES, **length)
    other.train(SENTENCES, **length)
    assert digest(model) == digest(other)


def test_ctrl_c_comes_after_the_round_and_the_run_goes_on_elsewhere(tmp_path, monkeypatch):
    whole, commit, n_rounds = trained(), Members.commit, []

    def interrupted(self, *arguments):
        commit(self, *arguments)
        n_rounds.append(1)

    def wait(self, futures, seconds):
        if len(n_rounds) == 3:
            n_rounds.append(0)
            signal.raise_signal(signal.SIGINT)
        return True

    with monkeypatch.context() as patch:
        patch.setattr(Members, "commit", interrupted)
        patch.setattr(InProcess, "wait", wait)
        on(Fleet(InProcess(), 2), trained, checkpoint=tmp_path, checkpoint_every="1h")
    assert sum(n_rounds) == 4  # that in which it came is whole
    assert digest(Word2Vec.resume(tmp_path, SENTENCES, workers=3)) == digest(whole)


def test_a_second_ctrl_c_is_raised_at_once():
    held = Held(no_tick)

    def interrupted(seconds):
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        held.until(interrupted)
    assert held.interrupt is not None


def test_a_run_of_threads_goes_on_with_members(tmp_path):
    whole = trained()

    class Stopping:
        def on_epoch_end(self, model):
            raise KeyboardInterrupt

    trained(checkpoint=tmp_path, checkpoint_every="1h", callbacks=[Stopping()])
    assert digest(on(Fleet(InProcess(), 2), Word2Vec.resume, tmp_path, SENTENCES)) == digest(whole)


def test_rows_that_a_guard_sets_back_are_set_back_in_all_members(caplog):
    options = {"alpha": 4.0, "guard": "rollback", "sg": 1, "shard_merge": "mean"}
    with caplog.at_level(logging.WARNING):
        found = digest(on(Fleet(InProcess(), 2), trained, **options))
    assert "restored the last good rows" in caplog.text
    assert found == digest(trained(**options))


def test_what_is_logged_in_a_member_is_logged_by_the_driver():
    relay = LogRelay()
    relay.handle(logging.makeLogRecord({"name": "ns2vec.x", "msg": "%d rows", "args": (3,), "levelno": 30}))
    (record,) = relay.take()
    assert (record["name"], record["msg"], record["levelno"], relay.take()) == ("ns2vec.x", "3 rows", 30, [])


# ---- what travels ------------------------------------------------------------------------------------


def test_bfloat16_gives_the_same_bytes_for_any_number_of_members_with_less_traffic():
    fleets_of = {n: Fleet(InProcess(), n, wire="bfloat16") for n in (1, 2, 4)}
    found = {digest(on(fleet, trained, sg=1, vector_size=64)) for fleet in fleets_of.values()}
    plain = Fleet(InProcess(), 2)
    assert len(found) == 1
    assert found != {digest(on(plain, trained, sg=1, vector_size=64))}
    assert 0.5 < fleets_of[2].traffic["merged"] / plain.traffic["merged"] < 0.55
    # changes that members do not bring together before they send them
    assert 0.5 < fleets_of[2].traffic["changes"] / plain.traffic["changes"] < 0.8


def test_weights_are_sent_once_and_then_rows_that_have_changed():
    words = [[f"w{i}", f"w{i + 1}"] * 5 for i in range(0, 2000, 2)]
    fleet = Fleet(InProcess(), 2)
    model = on(fleet, trained, words, epochs=2)
    whole = 2 * len(model.wv) * 32 * 4
    traffic = fleet.traffic
    assert traffic["weights"] == 2 * whole
    assert traffic["merged"] / traffic["rounds"] < 0.5 * whole


# ---- refusals ----------------------------------------------------------------------------------------


class Machine:
    """A sampler of the user's that cannot be sent."""

    def __call__(self, n, generator):
        return generator.integers(0, 5, n)

    def __reduce__(self):
        raise TypeError("it is made of machine code")


@pytest.mark.parametrize(
    ("options", "problem"),
    [
        ({"shards": None}, "a cluster trains shards: say how many"),
        ({"sampler": Machine()}, "cannot be sent to workers: it is made of machine code"),
    ],
)
def test_what_a_cluster_cannot_train_is_refused(options, problem):
    with pytest.raises(ConfigError, match=problem):
        on(Fleet(InProcess(), 2), trained, **options)


def test_a_generator_is_refused_as_everywhere():
    with pytest.raises(TypeError, match="Using a generator"):
        on(Fleet(InProcess(), 2), trained, (words for words in SENTENCES))


def test_a_wire_has_a_name():
    with pytest.raises(ConfigError, match="wire must be one of 'float32', 'bfloat16', got 'float16'"):
        Fleet(InProcess(), 2, wire="float16")


def test_options_that_change_between_epochs_reach_members():
    class Slower:
        def on_epoch_begin(self, model):
            model.min_alpha = 0.01

    found = digest(on(Fleet(InProcess(), 2), trained, callbacks=[Slower()]))
    assert found == digest(trained(callbacks=[Slower()])) != digest(trained())


def test_a_fleet_trains_one_model_after_another():
    fleet = Fleet(InProcess(), 2)
    for options in (MODELS["skip_gram"], MODELS["fasttext"], MODELS["skip_gram"]):
        assert digest(on(fleet, trained, **options)) == digest(trained(**options))
