"""Labels of texts: fastText's supervised mode, its files, and more losses."""

from __future__ import annotations

from ns2vec.classify.classifier import Classifier
from ns2vec.classify.facebook import load_fasttext_classifier, save_fasttext_classifier
from ns2vec.classify.trials import Trial, Tuned
from ns2vec.classify.tuning import autotune

__all__ = ["Classifier", "Trial", "Tuned", "autotune", "load_fasttext_classifier", "save_fasttext_classifier"]
