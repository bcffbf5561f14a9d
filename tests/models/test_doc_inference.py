"""A document has one inferred vector, whatever else is inferred and by which thread."""

from __future__ import annotations

import copy
import os
import subprocess
import sys

import numpy as np
import pytest

from ns2vec import Doc2Vec, TaggedDocument, _kernels
from ns2vec._kernels import write_start_rows
from ns2vec.corpus import END, UNKNOWN
from ns2vec.models.doc_inference import JOB_WORDS, Texts, jobs_of
from ns2vec.reference.streams import document_key, start_row

SMALL = {"vector_size": 20, "min_count": 1, "epochs": 5, "workers": 1, "alpha": 0.05}
MODES = [
    {"dm": 1},
    {"dm": 1, "dm_mean": 0, "hs": 1},
    {"dm_concat": 1, "window": 2},
    {"dm": 0},
    {"dm": 0, "dbow_words": 1, "objective": "nce"},
    {"dm": 0, "objective": "softmax"},
    {"dm": 0, "sampler": "batch:size=64"},
    {"dm": 1, "sampler": lambda n, rng: rng.integers(0, 30, size=n)},
]


def zipf_documents(n=300):
    rng = np.random.default_rng(0)
    return [
        TaggedDocument([f"w{i}" for i in rng.zipf(1.5, size=rng.integers(1, 40)) if i < 30], [number])
        for number in range(n)
    ]


@pytest.fixture(scope="module", params=MODES, ids=lambda options: " ".join(options))
def model(request):
    return Doc2Vec(
        [*zipf_documents(), TaggedDocument([f"w{i}" for i in range(30)], ["all"])], **SMALL, **request.param
    )


def test_a_document_has_the_same_bytes_in_any_company(model):
    documents = [document.words for document in zipf_documents()]
    one = model.infer_vectors(documents)
    assert one.dtype == np.float32
    backwards = model.infer_vectors(documents[::-1], workers=2)[::-1]
    assert one.tobytes() == np.ascontiguousarray(backwards).tobytes()
    for number in (0, 7, 299):
        assert model.infer_vector(documents[number]).tobytes() == one[number].tobytes()
    assert not np.array_equal(one[0], one[1])


def test_nothing_of_the_model_changes(model):
    before = copy.deepcopy(model)
    model.infer_vectors(zipf_documents(20))
    for one, other in ((model.wv, before.wv), (model.dv, before.dv)):
        assert one.vectors.tobytes() == other.vectors.tobytes()
    for name in ("syn1", "syn1neg"):
        assert np.array_equal(getattr(model, name, None), getattr(before, name, None))
    assert model.epochs_trained == before.epochs_trained


def test_what_changes_in_the_model_changes_what_is_inferred():
    """A kernel is kept from one document to the next, and sees what has been trained or replaced since."""
    model = Doc2Vec(zipf_documents(), dm=0, sample=0, **SMALL)
    words = ["w3", "w5", "w2"]
    many = [words, ["w1"]]
    found = [model.infer_vector(words)]

    def changed():
        found.append(model.infer_vector(words))
        assert np.array_equal(found[-1], model.infer_vectors(many)[0])
        return not np.array_equal(found[-1], found[-2])

    assert not changed()
    model.train(zipf_documents(), total_examples=300, epochs=1)
    assert changed()
    model.syn1neg = model.syn1neg * 2
    assert changed()
    model.syn1neg *= 2
    assert changed()
    model.negative = 3
    assert changed()
    model.build_vocab([TaggedDocument(["new"] * 500, ["tag"])], update=True)
    assert changed()


def test_words_outside_the_vocabulary_change_nothing(model):
    assert np.array_equal(model.infer_vector(["no", "w3", "idea", "w5"]), model.infer_vector(["w3", "w5"]))
    lost = model.infer_vectors([["no"], [], ["idea", "no"]])
    assert (np.abs(lost) <= 1 / 20).all()
    assert lost[0].any()


def test_hash_seeds_of_processes_do_not_matter():
    code = (
        "from ns2vec import Doc2Vec, TaggedDocument\n"
        "documents = [TaggedDocument(list('abc'), [0])] * 20\n"
        "model = Doc2Vec(documents, vector_size=4, min_count=1, workers=1)\n"
        "print(model.infer_vector(['a', 'c']).tobytes().hex())"
    )
    found = {
        subprocess.run(
            [sys.executable, "-c", code], env={**os.environ, "PYTHONHASHSEED": seed}, capture_output=True,
            text=True, check=True,
        ).stdout
        for seed in ("1", "2")
    }  # fmt: skip
    assert len(found) == 1


def test_the_seed_matters():
    one, other = (Doc2Vec(zipf_documents(), **SMALL, seed=seed) for seed in (1, 2))
    other.wv.vectors[:], other.syn1neg[:] = one.wv.vectors, one.syn1neg
    assert not np.array_equal(one.infer_vector(["w3", "w5"]), other.infer_vector(["w3", "w5"]))


def test_read_only_and_foreign_arrays_are_read(tmp_path):
    model = Doc2Vec(zipf_documents(), **SMALL)
    words = ["w3", "w5", "w2"]
    expected = model.infer_vector(words)
    model.save(tmp_path / "model")
    mapped = Doc2Vec.load(tmp_path / "model", mmap="r")
    assert not mapped.wv.vectors.flags.writeable
    assert np.array_equal(mapped.infer_vector(words), expected)
    model.wv.vectors = np.asfortranarray(model.wv.vectors)
    assert np.array_equal(model.infer_vector(words), expected)


def test_a_loaded_model_keeps_the_kernel_of_single_documents(tmp_path):
    model = Doc2Vec(zipf_documents(), dm=0, **SMALL)
    words = ["w3", "w5", "w2"]
    expected = model.infer_vector(words)
    model.save(tmp_path / "model")
    loaded = Doc2Vec.load(tmp_path / "model")
    assert np.array_equal(loaded.infer_vector(words), expected)
    assert loaded._one_by_one.can_be_kept


# ---- parts ---------------------------------------------------------------------------------------------


def test_texts_are_the_known_words_of_each_document():
    texts = Texts.from_chunk(np.array([4, UNKNOWN, 2, END, END, UNKNOWN, END, 7, END], np.int32))
    assert (texts.words.tolist(), texts.starts.tolist(), len(texts)) == ([4, 2, 7], [0, 2, 2, 2, 3], 4)
    keys = texts.keys(seed=1)
    assert keys[1] == keys[2] != keys[0]
    assert not np.array_equal(keys, texts.keys(seed=2))


def test_keys_are_those_of_the_reference():
    lengths = [3, 0, 1, 40]
    words = np.random.default_rng(0).integers(0, 2**31, size=sum(lengths), dtype=np.int32)
    texts = Texts(words, np.cumsum([0, *lengths]))
    split = [part.tolist() for part in np.split(words, texts.starts[1:-1])]
    assert texts.keys(5).tolist() == [document_key(part, 5) for part in split]
    assert texts.keys(5, 2, 3).tolist() == [document_key(split[2], 5)]
    with pytest.raises(ValueError, match="document 0 cannot have words 0 to 9 of 3"):
        _kernels.keys_of_documents(words[:3], np.array([0, 9]), 1)


def test_start_rows_are_uniform_and_depend_on_their_key_alone():
    keys = np.random.default_rng(0).integers(0, 2**64, size=5000, dtype=np.uint64)
    rows = np.empty((5000, 10), np.float32)
    write_start_rows(rows, keys)
    assert all(np.array_equal(rows[i], start_row(int(keys[i]), 10)) for i in range(4990, 5000))
    scaled = (rows * 10 + 1) / 2
    assert 0 <= scaled.min() < 0.001 < 0.999 < scaled.max() < 1
    assert scaled.mean() == pytest.approx(0.5, abs=0.005)
    assert np.abs(np.corrcoef(scaled.T) - np.eye(10)).max() < 0.06


def test_jobs_take_every_document_once():
    lengths = np.random.default_rng(0).integers(0, 3000, size=100)
    texts = Texts(np.zeros(lengths.sum(), np.int32), np.concatenate([[0], np.cumsum(lengths)]))
    jobs = [*jobs_of(texts)]
    assert [job.first for job in jobs] == [0, *(job.end for job in jobs[:-1])]
    assert jobs[-1].end == 100
    assert all(texts.starts[job.end] - texts.starts[job.first] >= JOB_WORDS for job in jobs[:-1])


@pytest.mark.parametrize(
    "change, message",
    [
        ({"words": np.array([0, 99], np.int32)}, "words"),
        ({"starts": np.array([0, 5], np.int64)}, "offsets"),
        ({"keys": np.zeros(2, np.uint64)}, "1 tags, but 2 documents"),
        ({"end": 2}, "no documents 0 to 2 of 1"),
    ],
)
def test_the_kernel_checks_what_it_is_given(change, message):
    rows = np.zeros((4, 16), np.float32)
    noise = _kernels.Noise(4, alias=np.zeros((4, 2), np.uint32))
    kernel = _kernels.Kernel(
        rows, [_kernels.Sampled(rows.copy(), noise, 2)], tags=rows[:1].copy(), reader="tags"
    )
    given = {
        "words": np.array([0, 1], np.int32), "starts": np.array([0, 2], np.int64),
        "alphas": np.array([0.1]), "keys": np.zeros(1, np.uint64),
        "work": _kernels.Workspace(kernel, 10, n_tags=1), "first": 0, "end": 1,
    }  # fmt: skip
    _kernels.train_documents(kernel, **given)
    with pytest.raises(ValueError, match=message):
        _kernels.train_documents(kernel, **(given | change))
