"""The part of Word2Vec that takes checkpoints and goes on from them."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from ns2vec._typing import PathLike, Sentences
from ns2vec.corpus import Corpus, FileCorpus
from ns2vec.exceptions import ConfigError, CorpusError, FormatError
from ns2vec.sampling import make_sampler
from ns2vec.training.callbacks import checked_callbacks
from ns2vec.training.checkpoints import (
    ATTRIBUTE,
    CheckpointFolder,
    Position,
    Saver,
    parse_interval,
)
from ns2vec.training.guard import Guard, check_rows
from ns2vec.training.matrices import empty_rows
from ns2vec.training.network import Network
from ns2vec.training.persistence import SAMPLER_STATE, PersistenceMixin, is_plain
from ns2vec.training.trainer import Plan

if TYPE_CHECKING:
    from typing_extensions import Self

__all__ = ["ResumeMixin"]

logger = logging.getLogger(__name__)

# settings that change how the work is done and not what comes of it
FREE = {"workers", "corpus_memory", "progress", "comment"}


class ResumeMixin(PersistenceMixin):
    """Checkpoints; mixed into `ns2vec.Word2Vec`."""

    if TYPE_CHECKING:
        checkpoint: PathLike | None
        checkpoint_every: Any
        _network: Network | None
        _open: Callable[..., Corpus]
        _config: Callable[[], Any]
        _run: Callable[..., tuple[int, int]]

    def _start_checkpoints(self, folder: PathLike | None, every: Any) -> None:
        """Keep what the constructor was told, and find out now what will not work."""
        if folder is None and every is not None:
            raise ConfigError("checkpoint_every needs checkpoint, the folder that they go to")
        parse_interval(every)
        self.checkpoint, self.checkpoint_every = folder, every
        if folder is not None:
            CheckpointFolder(folder).prepare()

    def _saver(
        self, corpus: Corpus, plan: Plan, guard: Guard | None, position: Position, *, strict: bool = True
    ) -> Saver | None:
        """Return what takes the checkpoints of a train() call, None for a model that takes none."""
        if guard is not None and position.guard:
            for name, value in position.guard.items():
                setattr(guard, name, value)
        reference = corpus_reference(corpus)

        def write(at: Position) -> None:
            if guard is not None:
                at.guard = {
                    name: getattr(guard, name) for name in ("rate_factor", "n_rollbacks", "good_loss")
                }
            self._write_checkpoint(at, plan, reference)

        if self.checkpoint is None:
            return None
        return Saver(parse_interval(self.checkpoint_every), write, position, strict=strict)

    def _write_checkpoint(self, at: Position, plan: Plan, reference: dict[str, Any]) -> None:
        """Write one; a full disk is told and does not end training, which can go on without."""
        if self._network is not None:
            check_rows(self._network.weights(), at.last_alpha, self.wv.index_to_key)
            self._network.write_back()
        state = self.to_state()
        state.attributes[ATTRIBUTE] = {
            "plan": asdict(plan),
            "position": at.to_plain(),
            "corpus": reference,
            "has_sampler": is_plain(self.sampler),
        }
        if gathered := self._sampler_state():  # also of a sampler that has to be given again
            state.attributes[SAMPLER_STATE] = gathered
        try:
            path = CheckpointFolder(self.checkpoint or "").write(state)
        except OSError as error:
            logger.error("no checkpoint: %s; training goes on", error)
        else:
            logger.info("%s: epoch %d, chunk %d", path, at.epoch + 1, at.chunks.n_jobs)

    @classmethod
    def resume(
        cls, folder: PathLike, corpus_iterable: Sentences | PathLike | None = None,
        corpus_file: PathLike | None = None, *, callbacks: Iterable[Any] = (), strict: bool = True,
        checkpoint_every: Any = None, **settings: Any,
    ) -> Self:  # fmt: skip
        """Go on with training from the newest checkpoint in a folder, to the end.

        With ``workers=1`` the model is, to the byte, the one that an uninterrupted run would have made. More
        checkpoints are taken as training goes on. One of a finished run gives its model at once.

        What a sampler has gathered (pools, hardness, ranks) goes on too. One of another package that gathers
        something goes on with it where it has `Steering.state` and `Steering.restore`, and else begins anew.

        Parameters
        ----------
        folder : path
            What `checkpoint` was.
        corpus_iterable, corpus_file
            The text that the run began with, given in the same way. It is read up to where training stood,
            without being trained. Of an iterable that gives something new on each pass (walks, a shuffler) as
            much is passed over; that needs ``strict=False``.
        callbacks : iterable
            They see `on_train_begin`, and `on_epoch_begin` of the epoch under way, once more.
        strict : bool
            Refuse text that has changed: files of another size or time, other sentences in the part that was
            trained. If false, it is told in the log.
        checkpoint_every : optional
            As in the constructor.
        **settings
            Parameters of the constructor. `workers`, `corpus_memory`, `progress` and `comment` replace what
            was saved; any other must have the value it had, and a `sampler` that could not be saved has to be
            given.

        Raises
        ------
        FileNotFoundError
            If there is no checkpoint.
        FormatError
            If none can be read, or the state of the sampler does not fit it.
        ConfigError
            If a setting has another value.
        CorpusError
            If it is another text.

        Examples
        --------
        >>> import tempfile
        >>> from ns2vec import Word2Vec
        >>> sentences = [["the", "cat", "sat"], ["the", "dog", "sat"]] * 50
        >>> with tempfile.TemporaryDirectory() as folder:
        ...     model = Word2Vec(sentences, vector_size=8, min_count=1, workers=1, checkpoint=folder)
        ...     again = Word2Vec.resume(folder, sentences)
        >>> bool((again.wv.vectors == model.wv.vectors).all())
        True
        """
        model, go_on = cls.from_checkpoint(folder, checkpoint_every=checkpoint_every, **settings)
        go_on(corpus_iterable, corpus_file, callbacks, strict=strict)
        return model

    @classmethod
    def from_checkpoint(
        cls, folder: PathLike, *, checkpoint_every: Any = None, **settings: Any
    ) -> tuple[Self, Callable[..., tuple[int, int]]]:
        """Read the newest checkpoint without training yet: `resume` in two steps.

        Returns
        -------
        model : Word2Vec
            As it stood.
        go_on : callable
            ``go_on(corpus_iterable=None, corpus_file=None, callbacks=(), *, strict=True)`` trains it to the
            end and returns (words trained, words read) of the whole run, as `train` does.

        Raises
        ------
        FileNotFoundError, FormatError, ConfigError
            As `resume`.
        """
        parse_interval(checkpoint_every)
        path, state = CheckpointFolder(folder).read()
        saved, gathered = state.attributes.pop(ATTRIBUTE), state.attributes.pop(SAMPLER_STATE, {})
        try:
            plan, position = Plan(**saved["plan"]), Position.from_plain(saved["position"])
            reference, has_sampler = dict(saved["corpus"]), bool(saved["has_sampler"])
        except (KeyError, TypeError, ValueError) as error:
            raise FormatError(f"{path}: a damaged checkpoint: {error!r}") from None
        state.vectors.vectors = padded(state.vectors.vectors)
        state.arrays = {
            name: padded(array) if array.ndim == 2 else array for name, array in state.arrays.items()
        }
        model = cls.from_state(state)
        model._take_settings(settings, has_sampler)
        model._restore_sampler(gathered, path)
        model.checkpoint, model.checkpoint_every = folder, checkpoint_every
        logger.info("%s: going on in epoch %d, chunk %d", path, position.epoch + 1, position.chunks.n_jobs)

        def go_on(
            corpus_iterable: Any = None, corpus_file: Any = None, callbacks: Iterable[Any] = (),
            *, strict: bool = True,
        ) -> tuple[int, int]:  # fmt: skip
            if position.is_finished:
                return position.n_trained, position.n_words
            corpus = model._open(corpus_iterable, corpus_file, passes=plan.epochs - position.epoch)
            check_reference(corpus, reference, strict=strict)
            model.add_lifecycle_event("resumed", logging.DEBUG, checkpoint=path)
            return model._run(corpus, plan, checked_callbacks(callbacks), position, strict=strict)

        return model, go_on

    def _take_settings(self, settings: dict[str, Any], has_sampler: bool) -> None:
        """Take what may change, and refuse what was otherwise.

        Raises
        ------
        ConfigError
            If a setting is unknown or differs from the checkpoint's.
        """
        if not has_sampler and "sampler" not in settings:
            raise ConfigError("the sampler could not be saved with the checkpoint: give sampler= again")
        known = self._option_names()
        for name, value in settings.items():
            if name not in known:
                raise ConfigError(f"{name} is no setting of a model: leave it out")
            ours = getattr(self, name)
            if name in FREE or (name == "sampler" and not has_sampler):
                setattr(self, name, value)
            elif value != ours and not (name == "sampler" and same_sampler(value, ours)):
                raise ConfigError(
                    f"{name} was {ours!r} when the checkpoint was taken, got {value!r}: leave it out, or "
                    "begin anew in another folder"
                )
        self._config()


def padded(array: Any) -> Any:
    """The same numbers where the kernels can train them without a copy."""
    rows = empty_rows(*array.shape)
    rows[:] = array
    return rows


def same_sampler(one: Any, other: Any) -> bool:
    """Whether two ways of giving a sampler mean the same."""
    try:
        return make_sampler(one).state_dict() == make_sampler(other).state_dict()
    except (ConfigError, TypeError):
        return False


def corpus_reference(corpus: Corpus) -> dict[str, Any]:
    """What a checkpoint says of its text: what kind, and of local files the sizes and times."""
    if not isinstance(corpus, FileCorpus):
        return {"kind": "sentences"}
    found: Any = corpus.fingerprint()
    files = [[path, size, mtime] for path, _, size, mtime in found[0]] if found else None
    return {"kind": "text", "splitting": asdict(corpus.splitting), "files": files}


def check_reference(corpus: Corpus, expected: dict[str, Any], *, strict: bool) -> None:
    """Compare a corpus with that of a checkpoint; a file may have moved, with its time.

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
            f"{message}; give the text that the run began with (cp -p keeps the time of a copy), or say "
            "strict=False (--accept-corpus)"
        )
    logger.warning("%s", message)


def describe(reference: dict[str, Any]) -> str:
    """Name a kind of corpus for a message."""
    if reference.get("kind") != "text":
        return "an iterable of sentences"
    splitting = reference.get("splitting") or {}
    blanks = "any blanks" if splitting.get("unicode_blanks") else "ASCII blanks (corpus_file)"
    return f"text with words between {blanks}, splitting {splitting}"
