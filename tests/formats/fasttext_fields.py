"""Files of fastText models, built field by field."""

from __future__ import annotations

import struct

import numpy as np

from ns2vec.formats import fasttext_bin

MAGIC = 793712314
HEAD = struct.pack("<2i", MAGIC, 12)
SIZES = struct.Struct("<3i2q")  # of a dictionary: entries, words, labels, tokens, pruned buckets


def numbers(*shape, seed=0):
    return np.random.default_rng(seed).normal(size=shape).astype("<f4")


def args(dim=4, bucket=3, loss=2, model=2, minn=3, maxn=6, word_ngrams=1):
    # dim ws epoch min_count neg word_ngrams loss model bucket minn maxn lr_update_rate t
    return struct.pack("<12id", dim, 5, 7, 1, 8, word_ngrams, loss, model, bucket, minn, maxn, 100, 1e-3)


def dictionary(words=("the", "größe"), labels=(), pruned=None, n_tokens=99):
    n_pruned = -1 if pruned is None else len(pruned)
    found = SIZES.pack(len(words) + len(labels), len(words), len(labels), n_tokens, n_pruned)
    for kind, entries in enumerate((words, labels)):
        for place, entry in enumerate(entries):
            found += (entry if isinstance(entry, bytes) else entry.encode()) + b"\0"
            found += struct.pack("<qb", max(1, 10 - place), kind)
    return found + b"".join(struct.pack("<2i", *pair) for pair in pruned or ())


def matrix(array):
    return b"\0" + struct.pack("<2q", *array.shape) + array.tobytes()


def quantizer(centroids, width):
    dim = len(centroids) // 256
    n_pieces = -(-dim // width)
    return struct.pack("<4i", dim, n_pieces, width, dim - (n_pieces - 1) * width) + centroids.tobytes()


def quantized(codes, centroids, width, length_codes=None, lengths=None):
    found = b"\1" + struct.pack("<?2qi", lengths is not None, len(codes), len(centroids) // 256, codes.size)
    found += codes.tobytes() + quantizer(centroids, width)
    return found if lengths is None else found + length_codes.tobytes() + quantizer(lengths, 1)


def a_model(version=12, head=None, words=("the", "größe"), labels=(), bucket=3, pruned=None, **options):
    """Return a file, field by field."""
    n_rows = len(words) + (bucket if pruned is None else len(pruned))
    n_outputs = len(labels) if options.get("model") == 3 else len(words)
    dim = options.get("dim", 4)
    return b"".join(
        (
            struct.pack("<2i", MAGIC, version) if head is None else head,
            args(bucket=bucket, **options),
            dictionary(words, labels, pruned),
            matrix(numbers(n_rows, dim)),
            matrix(numbers(n_outputs, dim, seed=1)),
        )
    )


def a_quantized_model(width=3, dim=7, n_rows=5, has_lengths=True):
    rng = np.random.default_rng(2)
    codes = rng.integers(0, 256, (n_rows, -(-dim // width)), dtype=np.uint8)
    length_codes = rng.integers(0, 256, n_rows, dtype=np.uint8)
    lengths = numbers(256, seed=4) if has_lengths else None
    head = HEAD + args(dim=dim, model=3, loss=3, bucket=90)
    words = dictionary(("a", "b"), ("__label__x",), [(7, 2), (80, 0), (5, 1)])
    inputs = quantized(codes, numbers(256 * dim, seed=3), width, length_codes, lengths)
    return head + words + inputs + matrix(numbers(1, dim, seed=1)), codes, length_codes


def read_file(folder, content, name="model.bin", **options):
    """Return the model in a file of this content."""
    (folder / name).write_bytes(content)
    return fasttext_bin.read(folder / name, **options)
