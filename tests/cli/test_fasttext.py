"""``ns2vec skipgram`` and ``ns2vec cbow``, which take the options of fastText."""

from __future__ import annotations

from pathlib import Path

import pytest

from ns2vec.cli import command_parser, fasttext
from ns2vec.fasttext import load_facebook_model

OPTIONS = ["-dim", "8", "-epoch", "1", "-thread", "1", "-bucket", "500", "-seed", "3"]
SAME = ["--vector-size", "8", "--epochs", "1", "--workers", "1", "--bucket", "500", "--seed", "3", "-q"]
FASTTEXTS = ["--alpha", "0.05", "--min-alpha", "0", "--sample", "1e-4", "--ns-exponent", "0.5"]


@pytest.mark.parametrize(
    ("name", "options", "same"),
    [
        ("skipgram", ["-minn", "2", "-lrUpdateRate", "50", "-saveOutput", "1"], ["--sg", "--min-n", "2"]),
        (
            "cbow",
            ["-loss", "hs", "-ws", "3", "-minCount", "9"],
            ["--hs", "--negative", "0", "--window", "3", "--min-count", "9"],
        ),
    ],
)
def test_it_is_a_command_line_of_train(ns2vec, planted, name, options, same):
    done = ns2vec(name, "-input", "corpus.txt", "-output", "ours", *OPTIONS, *options, "-verbose", "0")
    assert done == (0, "", "")
    results = ["--save-model", "theirs.bin", "-o", "theirs.vec"]
    assert ns2vec("train", "--fasttext", "corpus.txt", *SAME, *FASTTEXTS, *same, *results).code == 0
    for suffix in (".bin", ".vec"):
        assert Path(f"ours{suffix}").read_bytes() == Path(f"theirs{suffix}").read_bytes()
    model = load_facebook_model("ours.bin")
    assert (model.sg, model.hs, model.window) == ((1, 0, 5) if name == "skipgram" else (0, 1, 3))


def test_defaults_are_those_of_fasttext():
    words = fasttext.SKIPGRAM.translated(command_parser("skipgram").parse(["-input", "a", "-output", "b"]))
    found = dict(zip(words[2::2], words[3::2], strict=True))
    assert (words[:2], found["--output"], found["--save-model"]) == (["a", "--fasttext"], "b.vec", "b.bin")
    names = ("vector-size", "window", "epochs", "min-count", "negative", "bucket", "min-n", "max-n")
    assert [int(found[f"--{name}"]) for name in names] == [100, 5, 5, 5, 5, 2_000_000, 3, 6]
    assert (float(found["--alpha"]), float(found["--sample"])) == (0.05, 1e-4)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ([], "-input FILE -output MODEL"),
        (["-input", "corpus.txt", "-output", "m", "-loss", "softmax"], "use ns or hs"),
        (["-input", "corpus.txt", "-output", "m", "-wordNgrams", "2"], "for classifiers"),
        (["-input", "corpus.txt", "-output", "m", "-pretrainedVectors", "x.vec"], "for classifiers"),
        (["-input", "corpus.txt", "-output", "m", "-autotune-duration", "9"], "unrecognized arguments"),
        (["-input", "corpus.txt", "-output", "m", "-dim", "0"], "-dim"),
    ],
)
def test_what_is_not_understood_is_refused(ns2vec, planted, options, message):
    done = ns2vec("skipgram", *options)
    assert done.code == 2
    assert message in done.refusal()
    assert not list(Path().glob("m.*"))
