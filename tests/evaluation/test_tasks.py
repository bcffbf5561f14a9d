"""The table of tasks is consistent."""

from __future__ import annotations

import inspect

import pytest

from ns2vec.evaluation.facts_suites import FACTS_QUESTIONS
from ns2vec.evaluation.readers import READERS
from ns2vec.evaluation.tasks import TASKS


@pytest.mark.parametrize("name", TASKS)
def test_a_task_can_be_read_scored_and_tried(name):
    task = TASKS[name]
    assert task.reader in READERS
    assert name in FACTS_QUESTIONS
    parameters = inspect.signature(task.score).parameters
    assert {"keep", *task.options} <= set(parameters)
