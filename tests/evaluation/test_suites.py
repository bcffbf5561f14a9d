"""The suites of the package, and suites of one's own."""

from __future__ import annotations

import re

import pytest

from ns2vec.evaluation.readers import READERS
from ns2vec.evaluation.suites import Suite, builtin_suites, collections, parse_suites, select_suites
from ns2vec.evaluation.tasks import TASKS
from ns2vec.exceptions import ConfigError, FormatError

PROMISED = {
    "ws353", "ws353_sim", "ws353_rel", "simlex999", "men", "rg65", "mc30", "mturk287", "mturk771",
    "rarewords", "simverb3500", "semeval2017", "google", "msr", "bats", "ap", "bless", "esslli", "battig",
}  # fmt: skip


def test_the_promised_suites_are_there():
    assert set(builtin_suites()) >= PROMISED
    assert set(collections()["standard"]) == {
        "ws353", "ws353_sim", "ws353_rel", "simlex999", "men", "rg65", "mc30", "google", "ap", "bless",
        "esslli",
    }  # fmt: skip


@pytest.mark.parametrize("name", builtin_suites())
def test_a_suite_says_what_it_is(name):
    suite = builtin_suites()[name]
    assert (suite.task in TASKS, suite.reader in READERS) == (True, True)
    assert suite.licence
    assert not re.search("memory|not re-checked|see the", suite.licence)  # a guess is no licence
    assert suite.citation != "unknown"
    for origin in suite.origins:
        assert all(re.fullmatch("[0-9a-f]{64}", digest) for digest in origin.sha256)
        assert all(url.startswith("https://") for url in origin.urls)
        # no bytes at these addresses were read, so no hash can be known
        assert not (origin.urls and origin.sha256)


@pytest.mark.parametrize("task", TASKS)
def test_every_task_has_a_suite_that_runs_everywhere(task):
    assert [suite for suite in builtin_suites().values() if suite.task == task and suite.generated]


def test_collections_name_suites():
    assert {name for names in collections().values() for name in names} <= set(builtin_suites())


def test_names_collections_files_and_suites_are_selected(tmp_path):
    path = tmp_path / "mine.toml"
    path.write_text(
        '[[suite]]\nname = "mine"\ntask = "outliers"\norigin = [{files = ["mine.tsv"]}]\n',
        "utf-8",
    )
    own = Suite.of_files("own", "analogies", ["q.txt"])
    assert [s.name for s in select_suites([str(path), own, "rg65"])] == ["mine", "own", "rg65"]
    with pytest.raises(ConfigError, match=r"unknown suite 'ws354': expected a \.toml file or one of"):
        select_suites(["ws354"])


ORIGIN = 'origin = [{files = ["a"]}]'


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("[[suite]", "mine.toml: expected a TOML file"),
        ('[[suite]]\ntask = "outliers"', "to have a name"),
        ('[[suite]]\nname = "x"\n' + ORIGIN, "to have a task"),
        ('[[suite]]\nname = "x"\ntask = "outliers"', "needs .*origin.* or generated"),
        ('[[suite]]\nname = "x"\ntask = "outliers"\ngenerated = "lies"', "needs .*origin.* or generated"),
        ('[[suite]]\nname = "x"\ntask = "outliers"\norigin = [{}]', "files or urls"),
        ('[[suite]]\nname = "x"\ntask = "outliers"\norigin = [{files = ["a"], run = "b"}]', "files or urls"),
        (
            '[[suite]]\nname = "x"\ntask = "outliers"\norigin = [{files = ["a"], sha256 = ["1", "2"]}]',
            "one sha256 for each of 1 files",
        ),
        ('[[suite]]\nname = "x"\ntask = "divination"\n' + ORIGIN, "unknown task 'divination'"),
        ('[[suite]]\nname = "x"\ntask = "outliers"\nreader = "tea"\n' + ORIGIN, "unknown question layout"),
    ],
)
def test_files_that_describe_no_suite(text, message):
    with pytest.raises((FormatError, ConfigError), match=message):
        parse_suites(text, "mine.toml")


@pytest.mark.data
def test_the_real_files_are_those_that_were_read(data_dir):
    """Every suite whose file lies in the data folder: the recorded bytes, complete, no malformed line."""
    from ns2vec.evaluation.runner import read_questions
    from ns2vec.evaluation.sources import SuiteNotFoundError

    n_found = 0
    for suite in builtin_suites().values():
        if not suite.generated and not suite.origins[0].package:
            try:
                read = read_questions(suite, data_dir, on_malformed="refuse")
            except SuiteNotFoundError:
                continue
            n_questions = len(read.questions)
            if suite.task == "analogies":
                n_questions = sum(len(section.questions) for section in read.questions)
            assert (suite.name, n_questions, read.notes) == (suite.name, suite.n_questions, ())
            n_found += 1
    assert n_found >= len(collections()["standard"])


SHORT = """
[defaults]
task = "categorization"
licence = "CC0-1.0"
[defaults.urls]
delimiter = ","
[[suite]]
name = "one"
n_questions = 7
origin = [{files = ["one.tsv"]}, {urls = ["https://example.org/one.csv"]}]
[[suite]]
name = "two"
like = "one"
task = "classification"
"""


def test_what_suites_have_in_common_is_said_once():
    one, two = parse_suites(SHORT)[0]
    assert (one.task, two.task, two.name, two.licence, two.n_questions) == (
        "categorization", "classification", "two", "CC0-1.0", 7,
    )  # fmt: skip
    assert one.origins == two.origins
    assert [origin.layout.delimiter for origin in one.origins] == [None, ","]
    with pytest.raises(FormatError, match="like = 'three' names no suite defined before it"):
        parse_suites(SHORT.replace('like = "one"', 'like = "three"'))
