"""The explorer: neighbours, analogies, the odd one out, maps, two models side by side."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Annotated, Any, Literal

import numpy as np
from fastapi import APIRouter, Depends, Query, Response
from pydantic import BaseModel, Field

from ns2vec.app.asking import AskedBody
from ns2vec.app.maps import MOST_POINTS, MOST_UMAP, clusters, plane, umap_plane
from ns2vec.app.problems import ApiError, documented
from ns2vec.app.rooms import models
from ns2vec.app.safety import bounded, state_of
from ns2vec.app.searching import search_of
from ns2vec.app.state import AppState, HeldModel
from ns2vec.exceptions import Ns2vecError
from ns2vec.questions import unknown_word

router = APIRouter()
router.include_router(models.router)

Word = Annotated[str, Field(min_length=1, max_length=500)]
Words = Annotated[list[Word], Field(max_length=256)]
TopN = Annotated[int, Field(ge=1, le=1000, strict=True)]
Restrict = Annotated[
    int | None, Field(ge=1, le=10**9, strict=True, description="Search only this many words, the first ones.")
]
ModelName = Annotated[str, Field(max_length=200, description="An open model; the first one by default.")]
MAP_SECONDS = 600.0
FAILURES = documented(400, 404, 413, 422, 503, 504)


def held_of(state: AppState, name: str) -> HeldModel:
    """Return an open model.

    Raises
    ------
    ApiError
        404 if there is no model of that name.
    """
    if not name:
        for held in state.models:
            return held
        raise ApiError(404, "no model is open: start the app with --model FILE or --demo, or upload one")
    try:
        return state.models[name]
    except Ns2vecError as error:
        raise ApiError(404, str(error), {"model": str(error)}) from None


def check_known(held: HeldModel, words: Sequence[str], field: str) -> None:
    """Refuse words without a vector.

    Raises
    ------
    ApiError
        422, with the field and words that are spelt similarly.
    """
    for word in words:
        if word not in held.vectors:
            message = unknown_word(held.vectors, word)
            raise ApiError(422, message, {field: message})


# ---- neighbours --------------------------------------------------------------------------------------


class SimilarQuestion(AskedBody):
    """Words to find the neighbours of."""

    words: Words = Field(
        description="Each word is answered separately.", min_length=1, examples=[["king", "queen"]]
    )
    topn: TopN = 10
    restrict: Restrict = None
    model: ModelName = ""


class Neighbour(BaseModel):
    """A word and its cosine."""

    word: str
    similarity: float


class SimilarAnswer(BaseModel):
    """Neighbours of one word."""

    word: str
    neighbours: list[Neighbour]
    error: str | None = Field(description="Why there are none.")


@router.post(
    "/most_similar",
    summary="Nearest words of many words.",
    responses=FAILURES,
    response_model=list[SimilarAnswer],
)
async def most_similar(asked: SimilarQuestion, state: AppState = Depends(state_of)) -> Response:
    """Return the neighbours of each word; an unknown word has its own error."""
    return Response(await similar_json(state, asked), media_type="application/json")


async def similar_json(state: AppState, asked: SimilarQuestion) -> bytes:
    """Return the answer of `most_similar`."""
    held = held_of(state, asked.model)
    known = [word for word in asked.words if word in held.vectors]
    found = iter(await search_of(held).most_similar(known, asked.topn, asked.restrict) if known else ())
    answers = []
    for word in asked.words:
        if word in held.vectors:
            near = [{"word": str(other), "similarity": float(cosine)} for other, cosine in next(found)]
            answers.append({"word": word, "neighbours": near, "error": None})
        else:
            answers.append({"word": word, "neighbours": [], "error": unknown_word(held.vectors, word)})
    return as_json(answers)


def as_json(value: Any) -> bytes:
    """Return JSON; a number that is not finite cannot be written and becomes 0."""
    try:
        text = json.dumps(value, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
    except ValueError:
        text = json.dumps(finite(value), ensure_ascii=False, allow_nan=False, separators=(",", ":"))
    return text.encode("utf-8", errors="replace")


def finite(value: Any) -> Any:
    """Return the same value with 0 for numbers that are not finite."""
    if isinstance(value, float):
        return value if np.isfinite(value) else 0.0
    if isinstance(value, dict):
        return {key: finite(entry) for key, entry in value.items()}
    return [finite(entry) for entry in value] if isinstance(value, list) else value


# ---- other questions ---------------------------------------------------------------------------------


class AnalogyQuestion(AskedBody):
    """Words that are added and subtracted: king - man + woman."""

    positive: Words = Field(min_length=1, examples=[["king", "woman"]])
    negative: Words = Field(default=[], examples=[["man"]])
    topn: TopN = 10
    method: Literal["add", "multiply"] = Field(
        "add", description="3CosAdd or 3CosMul (Levy and Goldberg 2014)."
    )
    model: ModelName = ""


@router.post("/analogy", summary="Nearest words of a sum of words.", responses=FAILURES)
async def analogy(asked: AnalogyQuestion, state: AppState = Depends(state_of)) -> list[Neighbour]:
    """Return the words nearest to the mean of some words, minus others."""
    held = held_of(state, asked.model)
    check_known(held, asked.positive, "positive")
    check_known(held, asked.negative, "negative")
    ask = held.vectors.most_similar if asked.method == "add" else held.vectors.most_similar_cosmul
    found = await bounded(state, lambda: ask(asked.positive, asked.negative, topn=asked.topn))
    return [Neighbour(word=str(word), similarity=finite(float(score))) for word, score in found]


class OddQuestion(AskedBody):
    """Words of which one does not belong."""

    words: Words = Field(min_length=3, examples=[["paris", "rome", "berlin", "bigger"]])
    model: ModelName = ""


class OddAnswer(BaseModel):
    """The word that fits the others least."""

    odd_one_out: str
    centrality: list[Neighbour] = Field(
        description="Cosine of each word with the mean of all, the highest first."
    )


@router.post("/odd_one_out", summary="The word that fits the others least.", responses=FAILURES)
async def odd_one_out(asked: OddQuestion, state: AppState = Depends(state_of)) -> OddAnswer:
    """Compare each word with the mean of all."""
    held = held_of(state, asked.model)
    if len(set(asked.words)) < 3:
        message = f"words must have three different words or more, got {len(set(asked.words))}"
        raise ApiError(422, message, {"words": message})
    check_known(held, asked.words, "words")
    ranked = held.vectors.rank_by_centrality(asked.words)
    central = [Neighbour(word=str(word), similarity=finite(float(score))) for score, word in ranked]
    return OddAnswer(odd_one_out=central[-1].word, centrality=central)


class SimilarityQuestion(AskedBody):
    """Pairs of words."""

    pairs: list[tuple[Word, Word]] = Field(min_length=1, max_length=1000, examples=[[["king", "queen"]]])
    model: ModelName = ""


@router.post("/similarity", summary="Cosines of pairs of words.", responses=FAILURES)
async def similarity(asked: SimilarityQuestion, state: AppState = Depends(state_of)) -> list[float]:
    """Return the cosine of each pair."""
    held = held_of(state, asked.model)
    check_known(held, [word for pair in asked.pairs for word in pair], "pairs")
    return [finite(float(held.vectors.similarity(*pair))) for pair in asked.pairs]


# ---- words -------------------------------------------------------------------------------------------


class WordAnswer(BaseModel):
    """A word of the vocabulary."""

    word: str
    rank: int = Field(description="Its row, from 0; the most frequent first in most files.")
    count: int | None = Field(description="How often it occurs; null if the model has no counts.")
    norm: float = Field(description="Length of its vector.")


@router.get("/words", summary="Search the vocabulary.", responses=FAILURES)
async def words(
    q: Annotated[
        str, Query(max_length=200, description="Words that begin with this text, then words that contain it.")
    ] = "",
    most: Annotated[int, Query(ge=1, le=200)] = 20,
    model: Annotated[str, Query(max_length=200)] = "",
    state: AppState = Depends(state_of),
) -> list[WordAnswer]:
    """Return words with rank, count and vector length, the most frequent first."""
    held = held_of(state, model)
    return [described(held, row) for row in await bounded(state, lambda: rows_of_search(held, q, most))]


def rows_of_search(held: HeldModel, text: str, most: int) -> list[int]:
    """Return the rows whose word is the text, begins with it, or contains it, in that order."""
    wanted = text.lower()
    lowered: list[str] = held.once("lowered", lambda: [str(key).lower() for key in held.vectors.index_to_key])
    if not wanted:
        return list(range(min(most, len(lowered))))
    begin: list[int] = []
    within: list[int] = []
    for row, word in enumerate(lowered):
        if wanted in word:
            if word.startswith(wanted):
                begin.append(row)
                if len(begin) >= most:
                    break
            elif len(within) < most:
                within.append(row)
    same = [row for row in begin if lowered[row] == wanted]
    return list(dict.fromkeys([*same, *begin, *within]))[:most]


def described(held: HeldModel, row: int) -> WordAnswer:
    """Return the description of a row."""
    vectors = held.vectors
    counts = vectors.expandos.get("count")
    return WordAnswer(
        word=str(vectors.index_to_key[row]),
        rank=row,
        count=None if counts is None else int(counts[row]),
        norm=finite(float(np.linalg.norm(vectors.vectors[row].astype(np.float64)))),
    )


# ---- maps --------------------------------------------------------------------------------------------

Most = Annotated[int, Query(ge=1, le=MOST_POINTS, description="Only this many words, the first ones.")]
BINARY: dict[int | str, dict[str, Any]] = {
    200: {"content": {"application/octet-stream": {"schema": {"type": "string", "format": "binary"}}}}
}


@router.get(
    "/map/points", summary="Points of the map.", responses={**BINARY, **FAILURES}, response_class=Response
)
async def map_points(
    method: Annotated[Literal["pca", "umap"], Query()] = "pca",
    most: Most = MOST_POINTS,
    model: Annotated[str, Query(max_length=200)] = "",
    state: AppState = Depends(state_of),
) -> Response:
    """Return x and y of each word as float32, one point after another."""
    held = held_of(state, model)
    n = min(most, MOST_UMAP) if method == "umap" else most
    compute = umap_plane if method == "umap" else plane
    try:
        points = await bounded(
            state,
            lambda: held.once(("map", method, n), lambda: compute(held.vectors.vectors, n)),
            MAP_SECONDS,
        )
    except ImportError as error:
        raise ApiError(422, str(error), {"method": str(error)}) from None
    return Response(points.astype("<f4").tobytes(), media_type="application/octet-stream")


@router.get(
    "/map/clusters", summary="Clusters of the map.", responses={**BINARY, **FAILURES}, response_class=Response
)
async def map_clusters(
    most: Most = MOST_POINTS,
    model: Annotated[str, Query(max_length=200)] = "",
    state: AppState = Depends(state_of),
) -> Response:
    """Return the cluster of each word, one byte each."""
    held = held_of(state, model)
    found = await bounded(
        state,
        lambda: held.once(("clusters", most), lambda: clusters(held.vectors.vectors, most)),
        MAP_SECONDS,
    )
    return Response(found.tobytes(), media_type="application/octet-stream")


class MapWords(BaseModel):
    """Words of the map, and their counts."""

    words: list[str]
    counts: list[int] | None


@router.get("/map/words", summary="Words of the map.", responses=FAILURES, response_model=MapWords)
async def map_words(
    most: Most = MOST_POINTS,
    model: Annotated[str, Query(max_length=200)] = "",
    state: AppState = Depends(state_of),
) -> Response:
    """Return the words in the order of the points."""
    held = held_of(state, model)

    def text() -> bytes:
        counts = held.vectors.expandos.get("count")
        shown = None if counts is None else [int(count) for count in counts[:most].tolist()]
        return as_json({"words": list(map(str, held.vectors.index_to_key[:most])), "counts": shown})

    return Response(await bounded(state, text), media_type="application/json")


# ---- two models --------------------------------------------------------------------------------------


class OverlapQuestion(AskedBody):
    """Two models and the words to compare."""

    model: ModelName = ""
    other: str = Field(max_length=200, min_length=1, description="Another open model.")
    words: Words = Field(default=[], description="By default the most frequent words that both know.")
    topn: TopN = 10
    most: int = Field(200, ge=1, le=2000, strict=True, description="How many words, if they are not given.")


class OverlapRow(BaseModel):
    """One word in two models."""

    word: str
    overlap: float = Field(description="Share of the neighbours that are the same.")
    model: list[Neighbour]
    other: list[Neighbour]


class OverlapAnswer(BaseModel):
    """How similar two models are."""

    n_words: int
    n_shared: int = Field(description="Number of words that both know.")
    mean: float | None = Field(description="Mean share of common neighbours.")
    rows: list[OverlapRow] = Field(description="The least similar first.")


@router.post("/overlap", summary="Neighbours that two models have in common.", responses=FAILURES)
async def overlap(asked: OverlapQuestion, state: AppState = Depends(state_of)) -> OverlapAnswer:
    """Compare the neighbours of words in two models, among all words of each."""
    first, second = held_of(state, asked.model), held_of(state, asked.other)
    for held in (first, second):
        check_known(held, asked.words, "words")
    return await bounded(state, lambda: overlap_of(first, second, asked))


def overlap_of(first: HeldModel, second: HeldModel, asked: OverlapQuestion) -> OverlapAnswer:
    """Ask both models for neighbours, and count those in common."""
    known = second.vectors.key_to_index
    shared = [key for key in first.vectors.index_to_key if key in known]
    words = asked.words or shared[: asked.most]
    both = [held.vectors.most_similar_many(words, topn=asked.topn) for held in (first, second)]
    rows = []
    for word, one, other in zip(words, *both, strict=True):
        common = {key for key, _ in one} & {key for key, _ in other}
        share = len(common) / max(1, len(one), len(other))
        lists = [
            [Neighbour(word=str(key), similarity=finite(float(s))) for key, s in side]
            for side in (one, other)
        ]
        rows.append(OverlapRow(word=str(word), overlap=share, model=lists[0], other=lists[1]))
    mean = sum(row.overlap for row in rows) / len(rows) if rows else None
    rows.sort(key=lambda row: row.overlap)
    return OverlapAnswer(n_words=len(words), n_shared=len(shared), mean=mean, rows=rows)
