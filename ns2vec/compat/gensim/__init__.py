"""Run code that says ``import gensim`` on ns2vec, unchanged.

In a program, before anything imports gensim::

    import ns2vec.compat.gensim
    ns2vec.compat.gensim.install()

or around a whole script and its child processes::

    python -m ns2vec.compat.gensim script.py arguments

``gensim``, ``gensim.models``, ``gensim.models.word2vec``, ``gensim.models.keyedvectors``,
``gensim.models.callbacks``, ``gensim.utils``, ``gensim.downloader``, ``gensim.similarities.annoy`` and the
scripts for word vectors are then ns2vec's. What ns2vec lacks (FastText, topic models, corpora) comes from the
installed gensim; without one, it raises an ImportError that says so.
"""

from __future__ import annotations

from ns2vec.compat.gensim.alias import VERSION, install, is_installed
from ns2vec.compat.gensim.convert import from_gensim, to_gensim

__all__ = ["VERSION", "from_gensim", "install", "is_installed", "to_gensim"]
