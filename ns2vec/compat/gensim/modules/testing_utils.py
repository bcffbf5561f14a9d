"""The names of ``gensim.test.utils`` with which examples for word vectors begin."""

from __future__ import annotations

import os
import tempfile

# the titles of Deerwester et al. 1990, "Indexing by latent semantic analysis", table 2, without stop words
# and words that occur once
TITLES = """
human interface computer
survey user computer system response time
eps user interface system
system human system eps
user response time
trees
graph trees
graph minors trees
graph minors survey
"""
common_texts = [title.split() for title in TITLES.strip().split("\n")]


def get_tmpfile(suffix: str) -> str:
    """Return the path of a file in a fresh folder for temporary files.

    Examples
    --------
    >>> from ns2vec.compat.gensim.modules.testing_utils import get_tmpfile
    >>> get_tmpfile("word2vec.model").endswith("word2vec.model")
    True
    """
    return os.path.join(tempfile.mkdtemp(), suffix)
