from ns2vec._typing import Float32Array, Int32Array, Int64Array

def write_means(
    offsets: Int64Array, rows: Int32Array, matrices: tuple[Float32Array, ...], out: Float32Array
) -> None: ...
def write_seeded(
    state_high: int,
    state_low: int,
    increment_high: int,
    increment_low: int,
    rows: Int64Array,
    out: Float32Array,
) -> None: ...
