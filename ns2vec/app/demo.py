"""What ``ns2vec app --demo`` shows: a model of generated facts that is trained in the background."""

from __future__ import annotations

import logging
import threading
from collections.abc import Sequence
from typing import Any

from ns2vec.app.state import ModelStore
from ns2vec.callbacks import CallbackAny2Vec
from ns2vec.evaluation.facts import DEMO_PARAMETERS, facts_corpus
from ns2vec.exceptions import StopTraining
from ns2vec.keyedvectors import KeyedVectors
from ns2vec.models.word2vec import Word2Vec

logger = logging.getLogger(__name__)

NAME = "demo"
EPOCHS = 60  # about a minute, so that there is something to see


class Snapshots(CallbackAny2Vec):
    """Put a copy of the vectors into the store after each epoch, so that queries never see half an update.

    Parameters
    ----------
    store : ModelStore
    stop : threading.Event
        If it is set, training stops at the end of the epoch.
    """

    def __init__(self, store: ModelStore, stop: threading.Event) -> None:
        self.store, self.stop, self.n_epochs = store, stop, 0

    def on_epoch_end(self, model: Any) -> None:
        """Copy, and stop if this was requested."""
        self.n_epochs += 1
        copy = KeyedVectors(model.vector_size)
        copy.add_vectors(
            list(model.wv.index_to_key), model.wv.vectors.copy(), {"count": model.wv.expandos["count"]}
        )
        self.store.put(NAME, copy, f"generated facts, after {self.n_epochs} of {model.epochs} epochs")
        if self.stop.is_set():
            raise StopTraining


class Demo(threading.Thread):
    """A thread that makes a corpus and trains on it.

    Parameters
    ----------
    store : ModelStore
        Gets the vectors after each epoch.
    callbacks : sequence of callbacks, optional
        More callbacks of the training.
    epochs : int
    n_words : int
        Size of the corpus.
    """

    def __init__(
        self,
        store: ModelStore,
        callbacks: Sequence[Any] = (),
        epochs: int = EPOCHS,
        n_words: int = 1_000_000,
    ) -> None:
        super().__init__(name="ns2vec-demo", daemon=True)
        self.store, self.callbacks, self.epochs, self.n_words = store, callbacks, epochs, n_words
        self.stopping = threading.Event()
        self.error: BaseException | None = None

    def run(self) -> None:
        """Make the corpus and train."""
        try:
            sentences = list(facts_corpus(n_words=self.n_words).sentences())
            # one thread: the others answer requests
            parameters: dict[str, Any] = {**DEMO_PARAMETERS, "epochs": self.epochs, "workers": 1}
            watching = [Snapshots(self.store, self.stopping), *self.callbacks]
            Word2Vec(sentences, callbacks=watching, progress=False, compute_loss=True, **parameters)
        except Exception as error:
            self.error = error
            logger.exception("the demo could not be trained")

    def stop(self) -> None:
        """Stop after this epoch."""
        self.stopping.set()
