"""Display of vectors: a map of words with their neighbours, as a self-contained page."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape
from typing import Any

from ns2vec._typing import PathLike
from ns2vec.exceptions import VocabularyError
from ns2vec.formats import open_for_write
from ns2vec.keyedvectors.search import SimilarityQueries
from ns2vec.reports.html import page, text_table
from ns2vec.reports.maps import principal_plane, word_map

N_WORDS = 6
HEIGHT = 720


class VectorPage:
    """A page about vectors: notebooks show it in a frame; `save` writes it to one file.

    Parameters
    ----------
    html : str
        The whole page; it contains no script and loads nothing.

    Attributes
    ----------
    html : str
    """

    def __init__(self, html: str) -> None:
        self.html = html

    def _repr_html_(self) -> str:
        """The representation for a notebook."""
        style = f"width: 100%; height: {HEIGHT}px; border: 0"
        return (
            f'<iframe title="word vectors" sandbox="" style="{style}" srcdoc="{escape(self.html)}"></iframe>'
        )

    def save(self, path: PathLike) -> None:
        """Write the page, atomically.

        Parameters
        ----------
        path : path
            Compressed according to its suffix, like all files.
        """
        with open_for_write(path, "w", encoding="utf-8") as stream:
            stream.write(self.html)


def show(vectors: SimilarityQueries, words: Sequence[Any] | None = None, topn: int = 8) -> VectorPage:
    """Draw words with their neighbours; see `ns2vec.KeyedVectors.show`.

    Raises
    ------
    VocabularyError
        If none of the words has a vector.
    """
    asked = list(vectors.index_to_key[:N_WORDS] if words is None else words)
    known = [word for word in dict.fromkeys(asked) if word in vectors]
    if not known:
        raise VocabularyError(
            f"none of these words has a vector: {', '.join(map(repr, asked[:5])) or 'none given'}"
        )
    near = dict(zip(known, vectors.most_similar_many(known, topn=topn), strict=True))
    owner = {word: word for word in known}
    for word, found in near.items():
        for other, _ in found:
            owner.setdefault(other, word)
    drawn = list(owner)
    points = principal_plane([vectors.get_vector(word, norm=True) for word in drawn])
    groups = [(f"near {owner[word]}", "") for word in drawn]
    rows = [["word", "nearest words, with their cosine"]]
    rows += [[str(word), ", ".join(f"{key} {cosine:.2f}" for key, cosine in near[word])] for word in known]
    n_words, n_dims = vectors.vectors.shape
    sections = [
        f'<h1>Word vectors</h1><p class="quiet">{n_words:,} words, {n_dims} dimensions</p>',
        word_map([str(word) for word in drawn], groups, points),
        "<h2>Neighbours</h2>" + text_table(rows),
    ]
    return VectorPage(page("ns2vec word vectors", sections))
