"""Files of the embedding projector."""

from __future__ import annotations

from ns2vec.formats import projector, read_vectors


def test_projector_files_as_its_page_documents_them(tmp_path):
    (tmp_path / "vectors.tsv").write_bytes(b"0.1\t0.2\r\n0.5\t-1e-3\r\n")
    (tmp_path / "metadata.tsv").write_bytes(b"Word\tFrequency\r\nthe\t345\r\ncat\t12\r\n")
    found = read_vectors(tmp_path / "vectors.tsv")
    assert (found.keys, found.counts.tolist()) == (["the", "cat"], [345, 12])
    (tmp_path / "metadata.tsv").write_bytes(b"the\ncat")
    assert read_vectors(tmp_path / "vectors.tsv").counts is None
    projector.write(tmp_path / "w2v_tensor.tsv", found)
    assert (tmp_path / "w2v_metadata.tsv").read_text() == "key\tcount\nthe\t345\ncat\t12\n"
    assert (tmp_path / "w2v_tensor.tsv").read_text() == "0.1\t0.2\n0.5\t-0.001\n"
