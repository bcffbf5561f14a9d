"""Chunks and rounds: which belongs to which follows from numbers alone."""

from __future__ import annotations

from types import SimpleNamespace

from ns2vec.training.sharded.rounds import rounds_of


def jobs(first, end):
    return [SimpleNamespace(index=i) for i in range(first, end)]


def numbers(rounds):
    return [[job.index for job in made.jobs] for made in rounds]


def test_rounds_are_the_same_from_wherever_they_begin():
    whole = numbers(rounds_of(iter(jobs(0, 20)), 3, 2))
    assert whole == [[*range(6)], [*range(6, 12)], [*range(12, 18)], [18, 19]]
    assert numbers(rounds_of(iter(jobs(12, 20)), 3, 2)) == whole[2:]


def test_no_job_is_asked_for_before_its_round():
    asked = []
    rounds = rounds_of((asked.append(job.index) or job for job in jobs(0, 12)), 3, 2)
    next(rounds)
    assert asked == [*range(6)]
