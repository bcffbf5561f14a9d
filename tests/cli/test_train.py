"""``ns2vec train``."""

from __future__ import annotations

import gzip
import json
import os
import signal
import subprocess
import sys
import textwrap
from pathlib import Path

import numpy as np
import pytest

from ns2vec import Doc2Vec, KeyedVectors, Word2Vec
from ns2vec.fasttext import load_facebook_model
from ns2vec.training import Run

SMALL = ["--vector-size", "8", "--epochs", "2", "--workers", "1", "-q"]


def load(path: object) -> KeyedVectors:
    return KeyedVectors.load_word2vec_format(str(path), binary=str(path).endswith("bin"))


def test_equal_to_the_library(ns2vec, planted):
    assert ns2vec("train", "corpus.txt", *SMALL, "--seed", "7", "--sg", "-o", "new.bin") == (0, "", "")
    expected = Word2Vec("corpus.txt", vector_size=8, epochs=2, workers=1, seed=7, sg=1).wv
    found = load("new.bin")
    assert found.index_to_key == expected.index_to_key
    assert np.array_equal(found.vectors, expected.vectors)


def test_shards_make_the_same_file_with_any_number_of_workers(ns2vec, planted):
    options = ["--vector-size", "8", "--epochs", "1", "--shards", "4", "--batch-words", "200", "-q"]
    for workers in (1, 3):
        assert ns2vec("train", "corpus.txt", *options, "--workers", workers, "-o", f"{workers}.bin").code == 0
    assert Path("1.bin").read_bytes() == Path("3.bin").read_bytes()


def test_the_lines_of_a_text_are_documents(ns2vec, planted):
    Path("gaps.txt").write_text("a b a\n\nb a\n", "utf-8")
    options = ["--doc2vec", "--dm", "0", "--min-count", "1", *SMALL]
    assert (
        ns2vec("train", *options, "corpus.txt", "gaps.txt", "-o", "new.bin", "--save-model", "new.model").code
        == 0
    )
    Path("joined.txt").write_text(Path("corpus.txt").read_text("utf-8") + "a b a\n\nb a\n", "utf-8")
    expected = Doc2Vec("joined.txt", dm=0, min_count=1, vector_size=8, epochs=2, workers=1)
    found = load("new.bin")
    assert found.index_to_key == [str(number) for number in range(len(expected.dv))]
    assert np.array_equal(found.vectors, expected.dv.vectors)
    model = Doc2Vec.load("new.model")
    assert np.array_equal(model.wv.vectors, expected.wv.vectors)
    assert np.array_equal(model.infer_vector(["a"]), expected.infer_vector(["a"]))


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (["--dm", "0"], "--dm is for documents: add --doc2vec"),
        (["--doc2vec", "--sg"], "use --dm 1 instead of --cbow"),
    ],
)
def test_options_of_words_and_of_documents_are_told_apart(ns2vec, planted, options, message):
    code, _, err = ns2vec("train", "corpus.txt", *options, "-o", "new.bin")
    assert code == 2
    assert message in err


def test_a_word2vec_c_command_line(ns2vec, planted):
    words = (
        "-train corpus.txt -output new.bin -cbow 0 -size 8 -window 4 -negative 3 -hs 0 -sample 1e-4 "
        "-threads 1 -binary 1 -iter 2 -min-count 4 -alpha 0.03 -save-vocab counts.txt -debug 2 -classes 0"
    )
    assert ns2vec("train", *words.split()).code == 0
    expected = Word2Vec(
        "corpus.txt",
        sg=1,
        vector_size=8,
        window=4,
        negative=3,
        sample=1e-4,
        workers=1,
        epochs=2,
        min_count=4,
        alpha=0.03,
    ).wv
    assert np.array_equal(load("new.bin").vectors, expected.vectors)
    counted = [line.split(" ") for line in Path("counts.txt").read_text("utf-8").splitlines()]
    assert [word for word, _ in counted] == expected.index_to_key
    assert [int(count) for _, count in counted] == expected.expandos["count"].tolist()


@pytest.mark.parametrize(
    ("given", "content"),
    [
        (["-o", "new.bin"], "binary"),
        (["-o", "new.txt"], "text"),
        (["-o", "new"], "text"),
        (["-o", "new", "-binary", "1"], "binary"),
        (["-o", "new.bin", "-binary", "0"], "text"),
        (["-o", "new.txt", "--format", "word2vec_binary"], "binary"),
        (["-o", "new.txt.gz"], "gzip"),
    ],
    ids=" ".join,
)
def test_format_of_the_output(ns2vec, planted, given, content):
    assert ns2vec("train", "corpus.txt", *SMALL, *given).code == 0
    start = Path(given[1]).read_bytes()[:200]
    if content == "gzip":
        start = gzip.decompress(Path(given[1]).read_bytes())[:200]
        content = "text"
    first_line, rest = start.split(b"\n", 1)
    assert first_line.split()[1] == b"8"
    assert rest.isascii() == (content == "text")


def test_stdin_and_stdout(ns2vec, planted):
    text = Path("corpus.txt").read_bytes()
    assert ns2vec("train", "corpus.txt", *SMALL, "-o", "new.txt").code == 0
    done = subprocess.run(
        [sys.executable, "-m", "ns2vec.cli", "train", "-", *SMALL, "-o", "-"],
        input=text,
        capture_output=True,
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, b"")
    assert done.stdout == Path("new.txt").read_bytes()


def test_several_files_and_folders_are_one_corpus(ns2vec, planted):
    lines = Path("corpus.txt").read_text("utf-8").splitlines(keepends=True)
    Path("parts").mkdir()
    Path("parts/a.txt").write_text("".join(lines[:100]), "utf-8")
    Path("parts/b.txt").write_text("".join(lines[100:3000]), "utf-8")
    Path("rest.txt.gz").write_bytes(gzip.compress("".join(lines[3000:]).encode()))
    assert ns2vec("train", "corpus.txt", *SMALL, "-o", "whole.bin").code == 0
    assert ns2vec("train", "parts", "rest.txt.gz", *SMALL, "-o", "parts.bin").code == 0
    assert Path("whole.bin").read_bytes() == Path("parts.bin").read_bytes()
    assert (
        ns2vec("train", "parts", "rest.txt.gz", *SMALL, "-o", "p.bin", "--max-vocab-size", "5000").code == 0
    )
    assert Path("whole.bin").read_bytes() == Path("p.bin").read_bytes()


def test_summary(ns2vec, planted):
    outcome = ns2vec(
        "train",
        "corpus.txt",
        *SMALL,
        "--compute-loss",
        "-o",
        "new.bin",
        "--json",
        "--evaluate-analogies",
        "questions.txt",
        "--evaluate-pairs",
        "pairs.tsv",
    )
    assert (outcome.code, outcome.err) == (0, "")
    found = json.loads(outcome.out)
    text = Path("corpus.txt").read_text("utf-8")
    assert found["corpus"] == {"n_words": len(text.split()), "n_sentences": text.count("\n")}
    assert found["n_words_read"] == 2 * len(text.split())
    assert found["n_types"] == len(load("new.bin"))
    assert found["words_per_second"] == pytest.approx(found["n_words_read"] / found["seconds"]["train"])
    assert len(found["epoch_losses"]) == 2
    assert found["parameters"]["vector_size"] == 8
    assert found["parameters"]["negative_sharing"] == "window"
    assert found["build"]["isa"] in found["build"]["isas"]
    assert found["evaluation"]["analogies"][0]["n_asked"] > 100
    assert found["evaluation"]["pairs"][0]["suite"] == "pairs"


def test_evaluation_after_training_is_a_table(ns2vec, planted):
    outcome = ns2vec("train", "corpus.txt", *SMALL, "--evaluate-pairs", "pairs.tsv")
    assert outcome.code == 0
    assert "pairs" in outcome.out
    assert "rho" in outcome.out


@pytest.mark.parametrize(
    ("options", "code", "message"),
    [
        (["--vector-size", "0"], 2, "vector_size must be a whole number of at least 1, got 0"),
        (["--negative", "-1"], 2, "negative must be a whole number of at least 0, got -1"),
        (["--negative", "0"], 2, "leaves nothing to train"),
        (["--sampler", "dice"], 2, "unknown sampler 'dice': expected one of 'unigram'"),
        (["--sampler", "dynamic:mm=4"], 2, "'dynamic' has no option 'mm': expected one of 'm', 'top',"),
        (["--sampler", "hard:near=by"], 2, "near must be one of input, positive, got 'by'"),
        (["--objective", "glove"], 2, "unknown objective 'glove': expected one of"),
        (["--architecture", "gru"], 2, "invalid architecture (skip_gram or cbow) value: 'gru'"),
        (["--corpus-memory", "much"], 2, "corpus_memory must be bytes or a size"),
        (["--alpha", "nan"], 2, "alpha must be a finite number"),
        (["-classes", "500"], 2, "-classes is not offered"),
        (["-read-vocab", "v.txt"], 2, "-read-vocab is not offered"),
        (["--min-count", "1000000"], 1, "min_count"),
        (["--evaluate-pairs", "missing.tsv"], 1, "missing.tsv: "),
        (["-", "-q"], 2, "cannot be read together"),
    ],
    ids=str,
)
def test_what_cannot_work_is_one_line_before_training(ns2vec, planted, listing, options, code, message):
    before = listing(planted)
    outcome = ns2vec("train", "corpus.txt", "-o", "new.bin", "-q", *options)
    assert outcome.code == code
    assert message in outcome.refusal()
    assert listing(planted) == before


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("empty.txt", b"", "no words in it"),
        ("blank.txt", b"\n \n\n", "no words in it"),
        ("latin.txt", b"caf\xe9 au lait\n" * 9, "not UTF-8"),
        ("damaged.txt.gz", gzip.compress(os.urandom(5000))[:2000], "damaged"),
        ("folder/", None, "holds no files"),
    ],
)
def test_text_that_cannot_be_read(ns2vec, tmp_path, listing, name, content, message):
    path = tmp_path / name
    path.mkdir() if content is None else path.write_bytes(content)
    outcome = ns2vec("train", path, "-o", tmp_path / "new.bin", "-q")
    assert outcome.code == 1
    assert message in outcome.refusal()
    assert listing(tmp_path) == [name.rstrip("/")]


def test_invalid_utf8_can_be_replaced(ns2vec, tmp_path):
    (tmp_path / "latin.txt").write_bytes(b"caf\xe9 au lait\n" * 9)
    words = ["train", tmp_path / "latin.txt", "-o", tmp_path / "new.txt", *SMALL, "--errors", "replace"]
    assert ns2vec(*words) == (0, "", "")
    assert "caf\ufffd" in load(tmp_path / "new.txt")


def test_nothing_kept_is_a_usage_error(ns2vec, planted):
    assert "nothing would be kept" in ns2vec("train", "corpus.txt").refusal()


@pytest.mark.parametrize("other", [["--json"], ["--evaluate-pairs", "pairs.tsv"], ["--save-vocab", "-"]])
def test_standard_output_holds_one_thing(ns2vec, planted, other):
    outcome = ns2vec("train", "corpus.txt", "-o", "-", *other)
    assert outcome.code == 2
    assert "cannot share standard output" in outcome.refusal()


def test_the_corpus_is_never_overwritten(ns2vec, planted):
    before = Path("corpus.txt").read_bytes()
    os.symlink("corpus.txt", "link.txt")
    outcome = ns2vec("train", "-train", "corpus.txt", "-output", "link.txt")
    assert outcome.code == 2
    assert "is the corpus itself" in outcome.refusal()
    assert Path("corpus.txt").read_bytes() == before


@pytest.mark.parametrize("options", [["--corpus-memory", "0"], ["--max-vocab-size", "100"]])
def test_a_stream_that_would_be_read_twice(planted, options):
    done = subprocess.run(
        [sys.executable, "-m", "ns2vec.cli", "train", "-", "-o", "new.bin", *options],
        input=b"a b\n" * 99,
        capture_output=True,
        check=False,
    )
    assert done.returncode == 2
    assert b"can be read only once" in done.stderr
    assert not Path("new.bin").exists()


# ---- the output ----


@pytest.mark.parametrize("name", ["missing/new.bin", "corpus.txt/new.bin", ".", "missing/new.bin.gz"])
def test_the_output_is_tried_before_training(ns2vec, planted, monkeypatch, name):
    monkeypatch.setattr(Word2Vec, "build_vocab", pytest.fail)
    for option in ("--output", "--save-vocab"):
        outcome = ns2vec("train", "corpus.txt", option, name)
        assert outcome.code == 1
        assert outcome.refusal().startswith(f"ns2vec: {name}: cannot write: ")


@pytest.mark.skipif(not os.path.exists("/dev/full"), reason="no /dev/full on this system")
def test_the_output_is_a_full_device(ns2vec, planted):
    outcome = ns2vec("train", "corpus.txt", *SMALL, "-o", "/dev/full")
    assert outcome.code == 1
    assert outcome.refusal().startswith("ns2vec: /dev/full: cannot write: no space left on the device")


UNPRIVILEGED = """
    import os, sys
    from ns2vec.cli import main
    # a run that works loads what is needed: afterwards Python's own files may be out of reach
    main(["train", sys.argv[1], "-q", "--epochs", "1", "--output", os.devnull])
    if os.geteuid() == 0:
        os.setgroups([])
        os.setgid(65534)
        os.setuid(65534)
    sys.exit(main(["train", sys.argv[1], "--output", sys.argv[2]]))
"""


def test_an_unwritable_folder_as_an_unprivileged_user(planted, tmp_path, listing):
    for path in (planted, *planted.parents):
        if path.is_relative_to(tmp_path.parents[2]) and path.owner() == tmp_path.owner():
            path.chmod(0o755)
    locked = tmp_path / "locked"
    locked.mkdir(mode=0o555)
    command = [
        sys.executable,
        "-c",
        textwrap.dedent(UNPRIVILEGED),
        str(planted / "corpus.txt"),
        str(locked / "new"),
    ]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if "Traceback" in done.stderr:
        pytest.skip(f"an unprivileged process cannot run here: {done.stderr[-200:]}")
    assert done.returncode == 1
    assert "cannot be written: change its permissions" in done.stderr
    assert done.stderr.count("\n") == 1
    assert listing(locked) == []


# ---- interrupted ----


@pytest.fixture
def interrupted_after(monkeypatch):
    """Return ``at(n_epochs, number)``: the signal arrives when this number of epochs is complete."""

    def at(n_epochs: int, number: int) -> None:
        original = Run.train_epoch

        def train_epoch(run):
            if run.epoch == n_epochs:
                os.kill(os.getpid(), number)
            return original(run)

        monkeypatch.setattr(Run, "train_epoch", train_epoch)

    return at


@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_a_whole_epoch_is_kept(ns2vec, planted, interrupted_after, number, code):
    interrupted_after(1, number)
    outcome = ns2vec("train", "corpus.txt", "--vector-size", "8", "--epochs", "4", "-o", "new.bin")
    assert outcome.code == code
    assert "new.bin holds the result of 1 of 4 epochs and part of another" in outcome.err
    assert "Traceback" not in outcome.err
    assert np.isfinite(load("new.bin").vectors).all()


@pytest.mark.parametrize("output", ["new.bin", "-"])
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_less_than_an_epoch_is_not_written(ns2vec, planted, interrupted_after, listing, output, number):
    before = listing(planted)
    interrupted_after(0, number)
    outcome = ns2vec("train", "corpus.txt", *SMALL, "-o", output)
    assert outcome.code in (130, 143)
    assert outcome.out == ""
    assert listing(planted) == before


def test_a_terminated_process_leaves_nothing_half_written(planted, listing):
    """For real: a process of its own, ended while it trains."""
    before = listing(planted)
    command = [
        sys.executable,
        "-m",
        "ns2vec.cli",
        "train",
        "corpus.txt",
        "-o",
        "new.bin",
        "--epochs",
        "100000",
    ]
    process = subprocess.Popen(command, stderr=subprocess.PIPE, text=True)
    try:
        while "epoch 2/" not in (line := process.stderr.readline()):  # the first is then surely counted
            assert line, "it ended before the second epoch"
        process.terminate()
        rest = process.communicate(timeout=60)[1]
    finally:
        process.kill()
        process.communicate()
    assert process.returncode == 143
    assert "Traceback" not in rest
    assert listing(planted) == sorted([*before, "new.bin"])
    assert np.isfinite(load("new.bin").vectors).all()


@pytest.mark.parametrize("target", ["x.xyz", "x.model", "x.parquet.gz"])
def test_a_suffix_that_is_no_formats_is_refused_before_training(ns2vec, planted, listing, target):
    before = listing(planted)
    outcome = ns2vec("train", "corpus.txt", "-o", target)
    assert outcome.code == 2
    assert "or name the format by --format: word2vec_text" in outcome.refusal()
    assert listing(planted) == before


@pytest.mark.parametrize("options", [["--format", "native"], ["-binary", "1"], ["-binary", "0"]])
def test_a_named_format_may_have_any_suffix(ns2vec, planted, options):
    words = ["--vector-size", "4", "--epochs", "1", "-q"]
    assert ns2vec("train", "corpus.txt", "-o", "x.xyz", *words, *options).code == 0


def test_words_and_their_ngrams(ns2vec, planted):
    options = ["--min-count", "1", "-size", "8", "-minn", "2", "-maxn", "4", "-bucket", "500"]
    outcome = ns2vec("train", "corpus.txt", "--fasttext", *options, "--save-model", "model.bin")
    assert outcome.code == 0, outcome.err
    found = load_facebook_model("model.bin")
    assert (found.min_n, found.max_n, found.bucket, found.vector_size) == (2, 4, 500, 8)
    assert found.wv["unseen"].shape == (8,)


def test_options_of_ngrams_need_their_kind_of_model(ns2vec, planted):
    outcome = ns2vec("train", "corpus.txt", "--output", "v.txt", "--min-n", "2")
    assert (outcome.code, outcome.err) == (2, "ns2vec: --min-n is for n-grams: add --fasttext\n")
