"""Running epochs over a corpus: options, threads, learning rate, progress, callbacks."""

from ns2vec.training.callbacks import CallbackAny2Vec
from ns2vec.training.config import TrainingConfig, parse_memory
from ns2vec.training.trainer import EpochTally, Trainer

__all__ = ["CallbackAny2Vec", "EpochTally", "Trainer", "TrainingConfig", "parse_memory"]
