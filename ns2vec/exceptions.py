"""The errors that ns2vec raises on purpose.

::

    Ns2vecError
     +-- ConfigError        (ValueError)    an option has a value that cannot work
     +-- CorpusError        (ValueError)    the text or the sentences cannot be read or trained on
     +-- DivergenceError    (FloatingPointError)  training diverged: rows are not finite, or the loss jumped
     +-- FormatError        (ValueError)    a file of vectors or questions is not what it claims to be
     +-- VocabularyError    (RuntimeError)  the model has no vocabulary, or nothing survived min_count
    StopTraining            (Exception)     raised by a callback to end training cleanly

Every class also inherits the builtin error that gensim or Python would have raised, so code
that catches ``ValueError`` or ``RuntimeError`` keeps working.
"""

from __future__ import annotations

__all__ = [
    "ConfigError",
    "CorpusError",
    "DivergenceError",
    "FormatError",
    "Ns2vecError",
    "StopTraining",
    "VocabularyError",
]


class Ns2vecError(Exception):
    """Base class of the errors that ns2vec raises on purpose."""


class ConfigError(Ns2vecError, ValueError):
    """An option has a value that cannot work."""


class CorpusError(Ns2vecError, ValueError):
    """The text or the sentences cannot be read or trained on."""


class DivergenceError(Ns2vecError, FloatingPointError):
    """Training diverged: rows are not finite, or the loss jumped."""


class FormatError(Ns2vecError, ValueError):
    """A file of vectors or questions is not what it claims to be."""


class VocabularyError(Ns2vecError, RuntimeError):
    """The model has no usable vocabulary."""


class StopTraining(Exception):  # noqa: N818 - a signal, named like StopIteration, not an error
    """Raised by a callback to end training cleanly: `train` returns what was trained so far."""
