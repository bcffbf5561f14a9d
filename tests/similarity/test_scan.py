"""One query against every row: the compiled pass against the oracle, on any number of threads."""

from __future__ import annotations

import multiprocessing
import os
import shlex
import shutil
import subprocess
import threading
import warnings
from pathlib import Path

import numpy as np
import pytest

from ns2vec import reference, similarity
from ns2vec.similarity import scan as scanning
from ns2vec.similarity._dots import write_cosines

WIDTHS = [0, 1, 2, 3, 4, 7, 8, 9, 15, 16, 17, 33, 100, 300]


@pytest.fixture(autouse=True)
def no_thread_is_left_behind():
    """Other tests count the threads of this process."""
    yield
    scanning._helpers().shutdown()
    scanning._helpers.cache_clear()
    assert not any(thread.name.startswith("ns2vec-query") for thread in threading.enumerate())


def some_rows(n_rows, width, seed=0):
    rows = np.random.default_rng(seed).normal(size=(n_rows, width)).astype(np.float32)
    query = similarity.unit(np.random.default_rng(seed + 1).normal(size=width).astype(np.float32))
    return rows, np.linalg.norm(rows, axis=1).astype(np.float32), query


def scanned(vectors, norms, query, is_wide=True, is_backward=False):
    out = np.full(len(vectors), 7, np.float32)
    write_cosines(vectors, query, norms, out, is_wide, is_backward)
    return out


@pytest.mark.parametrize("is_wide", [False, True])
@pytest.mark.parametrize("width", WIDTHS)
def test_parity_with_the_oracle(width, is_wide):
    for n_rows in (0, 1, 3, 4, 5, 11):
        vectors, norms, query = some_rows(n_rows, width)
        expected = reference.cosines(vectors, norms, query)
        np.testing.assert_allclose(scanned(vectors, norms, query, is_wide), expected, atol=1e-6)


@pytest.mark.parametrize("is_wide", [False, True])
@pytest.mark.parametrize(
    "view", [lambda x: x[::-1], lambda x: x[::3], lambda x: x[:, 5:45], lambda x: x[2:-3, :1]]
)
def test_rows_at_any_distance(view, is_wide):
    whole, _, _ = some_rows(50, 48)
    vectors = view(whole)
    norms = similarity.row_norms(vectors)
    query = similarity.unit(vectors[1])
    assert scanning.can_scan(vectors, norms)
    expected = reference.cosines(vectors, norms, query)
    np.testing.assert_allclose(scanned(vectors, norms, query, is_wide), expected, atol=1e-6)


@pytest.mark.parametrize("is_wide", [False, True])
@pytest.mark.parametrize("width", WIDTHS)
def test_equal_rows_have_equal_cosines(width, is_wide):
    one, norm, query = some_rows(1, width)
    found = scanned(np.repeat(one, 23, axis=0), np.repeat(norm, 23), query, is_wide)
    assert len(set(found.tolist())) == 1


@pytest.mark.parametrize("is_wide", [False, True])
@pytest.mark.parametrize("n_rows", [0, 1, 5, 1309, 1310, 1311, 1312, 4000])
def test_the_direction_changes_nothing(n_rows, is_wide):
    vectors, norms, query = some_rows(n_rows, 100)  # 1310 of these rows are one step
    forward = scanned(vectors, norms, query, is_wide)
    assert scanned(vectors, norms, query, is_wide, is_backward=True).tobytes() == forward.tobytes()
    np.testing.assert_allclose(forward, reference.cosines(vectors, norms, query), atol=1e-6)


@pytest.mark.parametrize("is_wide", [False, True])
@pytest.mark.parametrize("width", WIDTHS)
def test_a_cosine_does_not_depend_on_the_row_s_place(width, is_wide):
    vectors, norms, query = some_rows(203, width)
    whole = scanned(vectors, norms, query, is_wide)
    for first in (1, 2, 3, 101, 200):
        assert scanned(vectors[first:], norms[first:], query, is_wide).tobytes() == whole[first:].tobytes()


def test_passes_go_there_and_back(monkeypatch):
    directions = []
    monkeypatch.setattr(scanning, "write_cosines", lambda *arguments: directions.append(arguments[-1]))
    for _ in range(4):
        scanning.scan(*some_rows(5, 4))
    assert sorted(directions[:2]) == [False, True]
    assert directions[2:] == directions[:2]


@pytest.mark.parametrize("width", [3, 8, 100])
def test_a_row_does_not_touch_its_neighbours(width):
    vectors, norms, query = some_rows(11, width)
    clean = scanned(vectors, norms, query)
    vectors[4], norms[4] = 0, 0
    vectors[6, -1] = np.nan
    vectors[9, 0] = np.inf
    found = scanned(vectors, norms, query)
    assert found[4] == 0
    assert np.isnan(found[6])
    assert np.isinf(found[9])
    others = [0, 1, 2, 3, 5, 7, 8, 10]
    assert found[others].tolist() == clean[others].tolist()


@pytest.mark.parametrize("n_threads", [1, 2, 3, 8])
@pytest.mark.parametrize("n_rows", [0, 1, 5, 1003])
def test_the_number_of_threads_changes_nothing(monkeypatch, n_threads, n_rows):
    vectors, norms, query = some_rows(n_rows, 20)
    expected = scanned(vectors, norms, query)
    monkeypatch.setattr(scanning, "count_threads", lambda n_bytes: n_threads)
    assert scanning.scan(vectors, norms, query).tobytes() == expected.tobytes()


def test_a_process_that_may_have_no_more_threads_reads_alone(monkeypatch):
    def refuse(pool, *arguments):
        raise RuntimeError("can't start new thread")

    vectors, norms, query = some_rows(1003, 20)
    monkeypatch.setattr(scanning, "count_threads", lambda n_bytes: 4)
    monkeypatch.setattr(scanning.ThreadPoolExecutor, "submit", refuse)
    assert scanning.scan(vectors, norms, query).tobytes() == scanned(vectors, norms, query).tobytes()


@pytest.mark.skipif(not hasattr(os, "fork"), reason="processes do not fork here")
def test_a_forked_process_has_threads_of_its_own(monkeypatch):
    """Servers load vectors, answer a query to warm up, and fork."""
    vectors, norms, query = some_rows(1003, 20)
    monkeypatch.setattr(scanning, "count_threads", lambda n_bytes: 3)
    expected = scanning.scan(vectors, norms, query).tobytes()
    child = multiprocessing.get_context("fork").Process(
        target=lambda: os._exit(scanning.scan(vectors, norms, query).tobytes() != expected)
    )
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # Python 3.12 warns of forks beside threads
        child.start()
    child.join(60)
    code, child_is_alive = child.exitcode, child.is_alive()
    child.kill()
    assert not child_is_alive
    assert code == 0


def test_few_bytes_and_settings_limit_the_threads(monkeypatch):
    for name in scanning.LIMITS:
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr(scanning, "n_processors", lambda: 6)
    assert [scanning.count_threads(n << 20) for n in (0, 1, 15, 16, 47, 1000)] == [1, 1, 1, 2, 5, 6]
    monkeypatch.setattr(scanning, "n_processors", lambda: 200)
    assert scanning.count_threads(1 << 40) == scanning.MAX_THREADS
    monkeypatch.setenv("OMP_NUM_THREADS", "3")
    assert scanning.count_threads(1 << 40) == 3
    monkeypatch.setenv("OPENBLAS_NUM_THREADS", "1")
    assert scanning.count_threads(1 << 40) == 1
    for meaningless in ("", "0", "many"):
        monkeypatch.setenv("OMP_NUM_THREADS", meaningless)
        monkeypatch.setenv("OPENBLAS_NUM_THREADS", meaningless)
        assert scanning.count_threads(1 << 40) == scanning.MAX_THREADS


@pytest.mark.parametrize(
    "change",
    [
        lambda x: x.astype(np.float64),
        lambda x: x.astype(np.float16),
        lambda x: x.astype(">f4"),
        np.asfortranarray,
        lambda x: x[:, ::2],
    ],
)
def test_other_arrays_are_left_to_numpy(change):
    vectors, norms, query = some_rows(50, 20)
    vectors = change(vectors)
    norms = similarity.row_norms(vectors)
    query = query[: vectors.shape[1]]
    assert not scanning.can_scan(vectors, norms)
    expected = reference.cosines(vectors, norms, query)
    np.testing.assert_allclose(similarity.cosines(vectors, norms, query), expected, rtol=1e-2, atol=1e-2)


def test_shapes_that_do_not_fit_are_refused():
    vectors, norms, query = some_rows(50, 20)
    out = np.empty(50, np.float32)
    with pytest.raises(ValueError, match=r"expected a query of 20 and 50 norms .* got 19, 50 and 50"):
        write_cosines(vectors, query[1:], norms, out, True)
    with pytest.raises(ValueError, match="got 20, 49 and 50"):
        write_cosines(vectors, query, norms[1:], out, True)
    with pytest.raises(ValueError, match="got 20, 50 and 7"):
        write_cosines(vectors, query, norms, out[:7], True)
    with pytest.raises(ValueError, match="side by side"):
        write_cosines(vectors[:, ::2], query[:10].copy(), norms, out, True)


def test_the_scan_in_c_agrees_with_doubles(tmp_path):
    compiler, folder = shlex.split(os.environ.get("CC", "cc")), Path(scanning.__file__).parent
    if shutil.which(compiler[0]) is None or not (folder / "dots.inc").exists():
        pytest.skip("needs a C compiler and the C sources")
    source, program = Path(__file__).with_name("dots_parity.c"), tmp_path / "dots_parity"
    folders = [f"-I{folder}", f"-I{folder.parent / '_cy'}"]
    build = [*compiler, "-O2", "-ffp-contract=fast", *folders, str(source), "-lm", "-o", str(program)]
    assert subprocess.run(build, check=False).returncode == 0
    done = subprocess.run([program], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout
