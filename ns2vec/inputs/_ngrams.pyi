from typing import Any

import numpy as np
import numpy.typing as npt

from ns2vec._typing import Int32Array, Int64Array

Text = npt.NDArray[np.uint8]

def encode_words(words: list[Any]) -> tuple[Text, Int64Array]: ...
def hash_bytes(content: bytes) -> int: ...
def hash_words(text: Text, offsets: Int64Array) -> npt.NDArray[np.uint32]: ...
def fill_bags(
    text: Text,
    offsets: Int64Array,
    min_n: int,
    max_n: int,
    bucket: int,
    *,
    first_word: int = -1,
    first_ngram: int = 0,
    table: Int32Array | None = None,
    n_rows: int = 0,
    is_growing: bool = False,
    end_is_whole: bool = True,
) -> tuple[Int64Array, Int32Array, int]: ...
