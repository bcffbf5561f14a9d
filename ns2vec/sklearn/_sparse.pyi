from ns2vec._typing import Float32Array, Int32Array, Int64Array

def train_rows(
    offsets: Int64Array,
    columns: Int32Array,
    values: Float32Array,
    order: Int64Array,
    labels: Int32Array,
    log_kq: Float32Array,
    weights: Float32Array,
    bias: Float32Array,
    rate: float,
    softmax: bool,
    full: bool,
) -> None: ...
