"""A program: load mutated model files; exit 1 if one runs code, crashes, hangs or uses too much memory.

``hostile.py WHEEL_DATA FOLDER N`` writes how many files were read and how many were rejected.
"""

from __future__ import annotations

import os
import random
import resource
import signal
import sys
from pathlib import Path

import numpy as np

from ns2vec.exceptions import FormatError
from ns2vec.formats import gensim, native
from ns2vec.formats.state import ModelState, VectorState

SECONDS = 10
MEMORY = 3 << 30
FORBIDDEN = (
    "exec",
    "compile",
    "os.system",
    "os.exec",
    "os.posix_spawn",
    "os.spawn",
    "os.fork",
    "os.forkpty",
    "subprocess.",
    "socket.",
    "import",
    "ctypes.",
    "os.remove",
    "os.rename",
    "os.mkdir",
    "shutil.",
    "urllib.",
    "pty.",
    "code.",
)
SNIPPETS = [
    b"cos\nsystem\n",
    b"cbuiltins\neval\n",
    b"\x8c\x02os\x8c\x06system\x93",
    b"X\x04\x00\x00\x00trueq\x07\x85R",
    b"cgensim.models.keyedvectors\nVocab\n",
    b"r\xff\xff\xff\x7f",
    b"\x8d\xff\xff\xff\xff\xff\xff\xff\x7f",
    b"cnumpy\nndarray\n",
    b")\x85\x85\x85",
    b"h\x00h\x00\x86",
    b"b",
    b"R",
    b"(",
    b"0",
    b"\x81",
    b"Q",
    b"N.",
]
armed = False


def watch(event: str, args: tuple) -> None:
    if armed and event.startswith(FORBIDDEN):
        os.write(2, f"audit event {event}: {args!r}\n".encode()[:500])
        os._exit(1)
    if armed and event == "open" and not (isinstance(args[1], str) and args[1].startswith("r")):
        os.write(2, f"opened for writing: {args!r}\n".encode()[:500])
        os._exit(1)


def seeds(data: Path, folder: Path) -> list[bytes]:
    rng = np.random.default_rng(1)
    words = [f"w{i}" for i in range(8)] + ["a\nb"]
    matrix = rng.normal(size=(9, 4)).astype(np.float32)
    inner = VectorState(words, matrix, {"count": np.arange(9)}, {"next_index": 0})
    model = ModelState(
        "Word2Vec", inner, {"vector_size": 4, "epochs": 5, "raw_vocab": {}}, {"syn1neg": matrix}
    )
    found = []
    for number, state in enumerate((model, ModelState("KeyedVectors", inner))):
        for writer in (native, gensim):
            path = folder / f"seed{number}"
            writer.write_state(path, state)
            found.append(path.read_bytes())
    old = ["old_keyedvectors_320.dat", "word2vec_old", "word2vec_pre_kv_py2", "model-from-gensim-3.8.0.w2v"]
    old += ["old_w2v_models/w2v_0.12.0.mdl", "old_w2v_models/w2v_1.0.0.mdl", "old_w2v_models/w2v_3.4.0.mdl"]
    return found + [(data / name).read_bytes() for name in old]


def mutated(content: bytes, rng: random.Random) -> bytes:
    found = bytearray(content)
    for _ in range(rng.randint(1, 4)):
        at = rng.randrange(len(found))
        kind = rng.randrange(6)
        if kind == 0:
            found[at] = rng.randrange(256)
        elif kind == 1:
            found[at] ^= 1 << rng.randrange(8)
        elif kind == 2:
            del found[at : at + rng.randint(1, 8)]
        elif kind == 3:
            found[at:at] = rng.choice(SNIPPETS)
        elif kind == 4:
            other = rng.randrange(len(found))
            found[at : at + 20] = found[other : other + 20]
        else:
            found[at] = rng.choice(b"\x00\xff\x7f\x80")
        if not found:
            return b"\x80"
    return bytes(found)


def main() -> int:
    global armed
    data, folder, n_files = Path(sys.argv[1]), Path(sys.argv[2]), int(sys.argv[3])
    contents = seeds(data, folder)
    path = folder / "mutated"
    for content in contents:  # late imports happen now
        path.write_bytes(content)
        (native if content[:1] != b"\x80" else gensim).read_state(path)
    if "asan" not in os.environ.get("LD_PRELOAD", ""):  # the sanitizer reserves more than that
        resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    sys.addaudithook(watch)
    rng, n_read = random.Random(4), 0
    for number in range(n_files):
        content = mutated(contents[number % len(contents)], rng)
        path.write_bytes(content)
        signal.alarm(SECONDS)
        armed = True
        try:
            for reader in (native, gensim):
                try:
                    reader.read_state(path)
                    n_read += 1
                except (FormatError, FileNotFoundError):
                    pass
        finally:
            armed = False
            signal.alarm(0)
    print(n_read, n_files - n_read)
    return 0


if __name__ == "__main__":
    sys.exit(main())
