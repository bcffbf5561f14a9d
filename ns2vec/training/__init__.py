"""Running epochs over a corpus: specification, matrices, threads, learning rate, observers."""

from ns2vec.training.callbacks import CallbackAny2Vec
from ns2vec.training.config import TrainingConfig, parse_memory
from ns2vec.training.core import EmbeddingCore
from ns2vec.training.observers import EpochTally, Observer
from ns2vec.training.run import Plan, Run
from ns2vec.training.spec import Spec, TargetSpec

__all__ = [
    "CallbackAny2Vec",
    "EmbeddingCore",
    "EpochTally",
    "Observer",
    "Plan",
    "Run",
    "Spec",
    "TargetSpec",
    "TrainingConfig",
    "parse_memory",
]
