"""Checkpoints of a model's training, and continuing from them."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable
from dataclasses import asdict
from functools import partial
from typing import Any

from ns2vec._typing import PathLike
from ns2vec.corpus import Corpus, FileCorpus
from ns2vec.exceptions import ConfigError, CorpusError, FormatError
from ns2vec.formats.state import ModelState
from ns2vec.models.stored import SAMPLER_STATE, is_plain
from ns2vec.sampling import make_sampler
from ns2vec.training.callbacks import checked_callbacks
from ns2vec.training.checkpoints import (
    ATTRIBUTE,
    CheckpointFolder,
    Position,
    Saver,
    parse_interval,
)
from ns2vec.training.guard import check_rows
from ns2vec.training.matrices import empty_rows
from ns2vec.training.network import Network
from ns2vec.training.run import Plan

logger = logging.getLogger(__name__)

# settings that change how the work is done, but not its result
FREE = {"workers", "corpus_memory", "progress", "comment"}


def saver_of(model: Any, corpus: Corpus, plan: Plan, position: Position, *, strict: bool) -> Saver | None:
    """Return the object that writes the checkpoints of a train() call, None if the model has none."""
    if model.checkpoint is None:
        return None
    write = partial(write_checkpoint, model, plan, corpus_reference(corpus))
    return Saver(parse_interval(model.checkpoint_every), write, position, strict=strict)


def write_checkpoint(
    model: Any, plan: Plan, reference: dict[str, Any], at: Position, network: Network | None
) -> str | None:
    """Write a checkpoint of a model with gensim's interface; return its path."""
    if network is not None:
        check_rows(network.weights(), at.last_alpha)
        network.write_back()
        model._core.compose()
    state = model.to_state()
    state.attributes[ATTRIBUTE] = {
        "plan": asdict(plan),
        "position": at.to_plain(),
        "corpus": reference,
        "has_sampler": is_plain(model.sampler),
    }
    if gathered := model._sampler_state():  # even if the sampler has to be given again
        state.attributes[SAMPLER_STATE] = gathered
    return keep(CheckpointFolder(model.checkpoint or ""), state, at)


def keep(folder: CheckpointFolder, state: ModelState, at: Position) -> str | None:
    """Write a checkpoint's file and return its path; a full disk is reported and does not end training."""
    try:
        path = folder.write(state)
    except OSError as error:
        logger.error("no checkpoint: %s; training continues", error)
        return None
    logger.info("%s: epoch %d, chunk %d", path, at.epoch + 1, at.chunks.n_jobs)
    return path


def prepare_checkpoints(folder: PathLike | None, every: Any) -> None:
    """Find out before training what will not work.

    Raises
    ------
    OSError
        If the folder cannot be written.
    ConfigError
        If `every` is invalid or has no folder, or the folder holds checkpoints of another run.
    """
    if folder is None and every is not None:
        raise ConfigError("checkpoint_every needs checkpoint, the folder for the checkpoints")
    parse_interval(every)
    if folder is not None:
        CheckpointFolder(folder).prepare()


def plan_and_position(saved: dict[str, Any], path: str) -> tuple[Plan, Position]:
    """Read the plan of a run and its position.

    Raises
    ------
    FormatError
        If it is damaged.
    """
    try:
        return Plan(**saved["plan"]), Position.from_plain(saved["position"])
    except (KeyError, TypeError, ValueError) as error:
        raise damaged(path, error) from None


def damaged(path: str, error: Exception) -> FormatError:
    """Raise the error for a file that cannot be a checkpoint."""
    return FormatError(f"{path}: a damaged checkpoint: {error!r}")


def from_checkpoint(
    kind: Any, folder: PathLike, checkpoint_every: Any, settings: dict[str, Any]
) -> tuple[Any, Callable[..., tuple[int, int]]]:
    """Read the newest checkpoint; see `Word2Vec.from_checkpoint`."""
    parse_interval(checkpoint_every)
    path, state = CheckpointFolder(folder).read()
    saved, gathered = state.attributes.pop(ATTRIBUTE), state.attributes.pop(SAMPLER_STATE, {})
    plan, position = plan_and_position(saved, path)
    try:
        reference, has_sampler = dict(saved["corpus"]), bool(saved["has_sampler"])
    except (KeyError, TypeError, ValueError) as error:
        raise damaged(path, error) from None
    for keyed in (state.vectors, *state.others.values()):
        keyed.vectors = padded(keyed.vectors)
    state.arrays = {name: padded(array) if array.ndim == 2 else array for name, array in state.arrays.items()}
    model = kind.from_state(state)
    take_settings(model, settings, has_sampler)
    model._restore_sampler(gathered, path)
    model.checkpoint, model.checkpoint_every = folder, checkpoint_every
    logger.info("%s: continuing in epoch %d, chunk %d", path, position.epoch + 1, position.chunks.n_jobs)
    return model, partial(go_on, model, path, plan, position, reference)


def go_on(
    model: Any, path: str, plan: Plan, position: Position, reference: dict[str, Any],
    corpus_iterable: Any = None, corpus_file: Any = None, callbacks: Iterable[Any] = (),
    *, strict: bool = True,
) -> tuple[int, int]:  # fmt: skip
    """Train to the end; return (words trained, words read) of the whole run."""
    if position.is_finished:
        return position.n_trained, position.n_words
    corpus = model._open(corpus_iterable, corpus_file, passes=plan.epochs - position.epoch)
    check_reference(corpus, reference, strict=strict)
    model.add_lifecycle_event("resumed", logging.DEBUG, checkpoint=path)
    found: tuple[int, int] = model._run(corpus, plan, checked_callbacks(callbacks), position, strict=strict)
    return found


def take_settings(model: Any, settings: dict[str, Any], has_sampler: bool) -> None:
    """Set what may change, and refuse what differs.

    Raises
    ------
    ConfigError
        If a setting is unknown or differs from the checkpoint's.
    """
    if not has_sampler and "sampler" not in settings:
        raise ConfigError("the sampler could not be saved with the checkpoint: give sampler= again")
    known = model._option_names()
    for name, value in settings.items():
        if name not in known:
            raise ConfigError(f"{name} is not a setting of a model: leave it out")
        ours = getattr(model, name)
        if name in FREE or (name == "sampler" and not has_sampler):
            setattr(model, name, value)
        elif value != ours and not (name == "sampler" and same_sampler(value, ours)):
            raise ConfigError(
                f"{name} was {ours!r} when the checkpoint was taken, got {value!r}: leave it out, or "
                "start again in another folder"
            )
    model._ready()


def padded(array: Any) -> Any:
    """The same numbers in an array that the kernels can train without a copy."""
    rows = empty_rows(*array.shape)
    rows[:] = array
    return rows


def same_sampler(one: Any, other: Any) -> bool:
    """Whether two specifications of a sampler mean the same."""
    try:
        return make_sampler(one).state_dict() == make_sampler(other).state_dict()
    except (ConfigError, TypeError):
        return False


def corpus_reference(corpus: Corpus) -> dict[str, Any]:
    """The description of a text in a checkpoint: its kind and, for local files, sizes and times."""
    if not isinstance(corpus, FileCorpus):
        return {"kind": "sentences"}
    found: Any = corpus.fingerprint()
    files = [[path, size, mtime] for path, _, size, mtime in found[0]] if found else None
    return {"kind": "text", "splitting": asdict(corpus.splitting), "files": files}


def check_reference(corpus: Corpus, expected: dict[str, Any], *, strict: bool) -> None:
    """Compare a corpus with that of a checkpoint; a file may have been moved, with its time.

    Raises
    ------
    CorpusError
        If it is of another kind, or (when strict) its files have other sizes or times.
    """
    found = corpus_reference(corpus)
    if found["kind"] != expected.get("kind") or found.get("splitting") != expected.get("splitting"):
        raise CorpusError(
            f"the run was trained on {describe(expected)}, but this is {describe(found)}: give the text "
            "in the same way"
        )
    before, now = expected.get("files"), found.get("files")
    if before is None or now is None or [file[1:] for file in before] == [file[1:] for file in now]:
        return
    changed = [
        file[0] for number, file in enumerate(now) if file[1:] not in [old[1:] for old in before[number:][:1]]
    ] or [f"{len(now)} files instead of {len(before)}"]
    message = (
        f"not the corpus of the checkpoint, by size or time of change: {', '.join(map(str, changed[:3]))}"
    )
    if strict:
        raise CorpusError(
            f"{message}; give the text that the run started with (cp -p keeps the time of a copy), or pass "
            "strict=False (--accept-corpus)"
        )
    logger.warning("%s", message)


def describe(reference: dict[str, Any]) -> str:
    """Describe a kind of corpus for a message."""
    if reference.get("kind") != "text":
        return "an iterable of sentences"
    splitting = reference.get("splitting") or {}
    blanks = "any blanks" if splitting.get("unicode_blanks") else "ASCII blanks (corpus_file)"
    return f"text with words between {blanks}, splitting {splitting}"
