from typing import Any

from ns2vec._typing import Float32Array, Int32Array
from ns2vec.inputs._words import WordTable

class TextVectors:
    def __init__(
        self,
        words: WordTable,
        rows: Float32Array,
        table: Int32Array | None,
        *,
        min_n: int,
        max_n: int,
        word_ngrams: int,
        skips: bool,
        prefix: bytes,
    ) -> None: ...
    def write(self, text: str, out: Float32Array) -> None: ...

class SingleAnswers:
    def __init__(
        self,
        vectors: TextVectors,
        outputs: Float32Array,
        labels: list[Any],
        *,
        is_each: bool,
        made_of: list[tuple[dict[str, Any], str, Any]],
        words: dict[Any, int] | None,
    ) -> None: ...
    def label(self, texts: Any) -> Any: ...
    def best(self, texts: Any, temperature: float) -> tuple[Any, float] | None: ...
