"""Trackers receive the events of a run: each as a stand-in, and as the real package if it is installed."""

from __future__ import annotations

import sys
from types import ModuleType, SimpleNamespace

import pytest

from ns2vec import Word2Vec
from ns2vec.ledger import RunLedger, append_event, replay, trackers
from ns2vec.ledger.trackers import MLflowTracker, TensorBoardTracker, WandbTracker

SENTENCES = [["the", "cat", "sat"], ["the", "dog", "sat"]] * 40


def trained(*callbacks, **options):
    return Word2Vec(
        SENTENCES, min_count=1, vector_size=8, epochs=2, workers=1, compute_loss=True, sample=0,
        callbacks=callbacks,
        **options,
    )  # fmt: skip


class Calls(list):
    """Remembers what is called."""

    def __getattr__(self, name):
        def call(*values, **options):
            self.append((name, values, options))
            return SimpleNamespace(info=SimpleNamespace(run_id="r"), experiment_id="e")

        return call

    def named(self, name):
        return [(values, options) for called, values, options in self if called == name]


@pytest.fixture
def fake(monkeypatch):
    """Packages that only remember."""
    calls = Calls()

    def module(name, **parts):
        made = ModuleType(name)
        vars(made).update(parts)
        monkeypatch.setitem(sys.modules, name, made)

    entities = SimpleNamespace(Metric=lambda *values: values, Param=lambda *values: values)
    module("tensorboardX", SummaryWriter=lambda folder: calls)
    module("mlflow", MlflowClient=lambda tracking_uri: calls, entities=entities)
    for name in ("wandb", "trackio"):
        module(name, init=lambda **options: calls.init(**options) and calls)
    return calls


def test_tensorboard_gets_scalars_by_words_read(fake):
    trained(TensorBoardTracker("logs", interval=0.0))
    scalars = [values for values, _ in fake.named("add_scalar")]
    losses = [(step, value) for name, value, step in scalars if name == "epoch/loss"]
    assert [step for step, _ in losses] == [240, 480]
    assert all(value > 0 for _, value in losses)
    assert any(name == "sampler/coverage" for name, *_ in scalars)
    assert fake[-1][0] == "close" and "| negative | 5 |" in fake.named("add_text")[0][0][1]


def test_mlflow_gets_parameters_metrics_and_a_status(fake):
    trained(MLflowTracker(interval=0.0))
    params = dict(fake.named("log_batch")[0][1]["params"])
    assert params["negative"] == "5" and params["model"] == "Word2Vec"
    metrics = [one for _, options in fake.named("log_batch") for one in options.get("metrics", ())]
    assert [step for name, _, _, step in metrics if name == "epoch/loss"] == [240, 480]
    assert fake[-1] == ("set_terminated", ("r", "FINISHED"), {})


@pytest.mark.parametrize("module", ["wandb", "trackio"])
def test_wandb_and_what_speaks_its_interface(fake, module):
    trained(WandbTracker("mine", name="first", module=module, interval=0.0))
    (_, started), *_ = fake.named("init")
    assert (started["project"], started["name"], started["config"]["negative"]) == ("mine", "first", 5)
    steps = [options["step"] for _, options in fake.named("log")]
    assert steps == sorted(steps) and steps[-1] == 480
    assert fake[-1][0] == "finish" and (fake[-1][2] == {"exit_code": 0}) == (module == "wandb")


def test_a_failed_run_is_told_as_one(fake):
    class Broken(TensorBoardTracker):
        def log(self, figures, time):
            raise OSError("the tracker is away")

    broken = Broken("logs")
    model = trained(broken)  # training goes on
    assert len(model.epoch_losses) == 2 and fake[-1][0] == "close"


def test_a_ledger_is_replayed_with_what_came_after_its_end(fake, tmp_path):
    ledger = RunLedger(tmp_path)
    trained(ledger)
    append_event(ledger.folder, "evaluation", source="later", scores={"pairs": {"value": 0.5}})
    replay(ledger.folder, MLflowTracker())
    metrics = [one for _, options in fake.named("log_batch") for one in options.get("metrics", ())]
    assert ("evaluation/pairs", 0.5) in [metric[:2] for metric in metrics]
    assert fake[-1] == ("set_terminated", ("r", "FINISHED"), {})


@pytest.mark.parametrize(
    ("make", "extra"),
    [(lambda: TensorBoardTracker("x"), "tensorboard"), (MLflowTracker, "mlflow"), (WandbTracker, "wandb")],
    ids=["tensorboard", "mlflow", "wandb"],
)
def test_a_missing_package_is_named_with_its_extra(make, extra, monkeypatch):
    for name in ("tensorboardX", "mlflow", "wandb"):
        monkeypatch.setitem(sys.modules, name, None)
    with pytest.raises(ImportError, match=rf"pip install 'ns2vec\[{extra}\]'"):
        make()


def test_trackers_import_nothing_until_they_are_made():
    assert not {"tensorboardX", "mlflow", "wandb", "trackio"} & set(vars(trackers))


@pytest.mark.filterwarnings("ignore")  # theirs
def test_the_real_tensorboard_writes_what_it_reads(tmp_path):
    pytest.importorskip("tensorboardX", reason="pip install 'ns2vec[tensorboard]'")
    trained(TensorBoardTracker(tmp_path, name="run", interval=0.0))
    (file,) = (tmp_path / "run").iterdir()
    assert b"epoch/loss" in file.read_bytes()


@pytest.mark.filterwarnings("ignore")  # theirs
def test_the_real_mlflow_keeps_the_run(tmp_path):
    pytest.importorskip("mlflow", reason="pip install 'ns2vec[mlflow]'")
    tracker = MLflowTracker(uri=f"sqlite:///{tmp_path}/mlflow.db")
    trained(tracker)
    run = tracker.client.get_run(tracker.run_id)
    assert run.info.status == "FINISHED" and run.data.params["negative"] == "5"
    assert run.data.metrics["epoch/loss"] > 0


@pytest.mark.filterwarnings("ignore")  # theirs
def test_the_real_wandb_works_offline(tmp_path, monkeypatch):
    pytest.importorskip("wandb", reason="pip install 'ns2vec[wandb]'")
    monkeypatch.setenv("WANDB_DIR", str(tmp_path))
    monkeypatch.setenv("WANDB_SILENT", "true")
    trained(WandbTracker(mode="offline"))
    (file,) = tmp_path.glob("wandb/offline-run-*/*.wandb")
    assert b"epoch/loss" in file.read_bytes()
