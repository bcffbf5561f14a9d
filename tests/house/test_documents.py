"""Examples of the documents run as they are, and what documents say of files and commands is so."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest
from sources import at, expect_none, line_of, name_of, read
from surface import made_pages

BLOCK = re.compile(r"^```python\n(.*?)^```$", re.DOTALL | re.MULTILINE)
HERE = Path(__file__).resolve().parents[2]
# These pages are short and change nothing for other programs, so they run in this process.
SHORT = [HERE / "docs" / "index.md", HERE / "docs" / "getting-started.md", *sorted(HERE.glob("docs/*/*.md"))]
LONG = sorted({HERE / "README.md", HERE / "EXTENDING.md", *HERE.glob("docs/*.md")} - {*SHORT})


def with_examples(documents: list[Path]) -> list[str]:
    """Names of the documents that have blocks of Python."""
    return [name_of(document) for document in documents if BLOCK.search(read(document))]


def script_of(document: Path) -> str:
    """The blocks of a document as one program, on the same lines as in the document."""
    text = read(document)
    lines: list[str] = []
    for block in BLOCK.finditer(text):
        lines += [""] * (text[: block.start()].count("\n") + 1 - len(lines))
        lines += block[1].splitlines()
    return "\n".join(lines) + "\n"


@pytest.fixture
def beside_a_corpus(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The current folder, in which a small ``corpus.txt`` lies."""
    sentences = ["the king of france lives in paris", "the queen of england lives in london"]
    (tmp_path / "corpus.txt").write_text("\n".join(sentences * 200) + "\n", encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.mark.parametrize("name", with_examples(LONG))
def test_examples_run(repository: Path, name: str, beside_a_corpus: Path):
    script = beside_a_corpus / "examples.py"
    script.write_text(script_of(repository / name), encoding="utf-8")
    run = subprocess.run([sys.executable, "-W", "error", script], capture_output=True, text=True, check=False)
    assert run.returncode == 0, run.stderr


@pytest.mark.parametrize("name", with_examples(SHORT))
def test_examples_of_short_pages_run(repository: Path, name: str, beside_a_corpus: Path):
    assert beside_a_corpus == Path.cwd()
    exec(compile(script_of(repository / name), name, "exec"), {"__name__": "examples"})


def test_patches_apply(repository: Path, tmp_path: Path):
    """What EXTENDING.md shows as patches fits the sources; `make check-deep` builds and tests them."""
    patches = re.findall(r"^```diff\n(.*?)^```$", read(repository / "EXTENDING.md"), re.DOTALL | re.MULTILINE)
    assert len(patches) == 2
    for number, patch in enumerate(patches):
        (tmp_path / f"{number}.diff").write_text(patch, encoding="utf-8")
        run = subprocess.run(
            ["git", "apply", "--check", tmp_path / f"{number}.diff"],
            cwd=repository, capture_output=True, text=True, check=False,
        )  # fmt: skip
        assert run.returncode == 0, run.stderr


def test_the_readme_names_the_two_commands(repository: Path):
    text = (repository / "README.md").read_text("utf-8")
    assert "make demo" in text
    assert "make test" in text


def make_targets(repository: Path) -> list[str]:
    """The targets of the Makefile that are no files."""
    text = (repository / "Makefile").read_text("utf-8")
    return re.search(r"^\.PHONY: (.*)$", text, re.MULTILINE)[1].split()


@pytest.mark.parametrize(
    ("name", "line"), [("Makefile", r"^# make ([\w-]+)"), ("CONTRIBUTING.md", r"^\| `make ([\w-]+)` \|")]
)
def test_every_make_target_is_described(repository: Path, name: str, line: str):
    described = re.findall(line, (repository / name).read_text("utf-8"), re.MULTILINE)
    assert sorted(described) == sorted(make_targets(repository))


def test_ci_runs_what_make_check_runs(repository: Path):
    checks = re.search(r"^check: (.*)$", (repository / "Makefile").read_text("utf-8"), re.MULTILINE)[1]
    run = (repository / ".ci" / "run").read_text("utf-8")
    assert re.findall(r"^make ([\w-]+)", run, re.MULTILINE) == checks.split()


LINK = re.compile(r"\]\((?!https?:|mailto:)([^)#\s]*)(?:#([^)\s]+))?\)")


def anchors(text: str) -> set[str]:
    """What links may name after the #: headings in small letters, without punctuation, with hyphens."""
    headings = re.findall(
        r"^#+ (.*)$", re.sub(r"^```.*?^```", "", text, flags=re.DOTALL | re.MULTILINE), re.MULTILINE
    )
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


def test_links_lead_somewhere(repository: Path):
    wrong = []
    made = {(repository / "docs" / page).resolve() for page in made_pages()}
    for document in [*repository.glob("*.md"), *sorted((repository / "docs").rglob("*.md"))]:
        for match in LINK.finditer(read(document)):
            target = document.parent / match[1] if match[1] else document
            if target.resolve() in made:
                continue  # `make docs` makes the page and follows the anchor
            if not target.exists() or (match[2] and match[2] not in anchors(read(target))):
                wrong.append(f"{at(document, line_of(read(document), match.start()))}: {match[0]}")
    expect_none(wrong, "Let these links name files and headings that there are.")


PATH = re.compile(r"(?<![\w/.])(?:_cy|benchmarks|docs|eval|examples|fuzz|ns2vec|scripts|tests)/[\w./-]*\w")


def test_files_that_documents_name_exist(repository: Path):
    named = ["README.md", "CONTRIBUTING.md", "EXTENDING.md"]
    wrong = []
    for document in [*map(repository.joinpath, named), *sorted((repository / "docs").rglob("*.md"))]:
        for match in PATH.finditer(read(document)):
            known = any((folder / match[0]).exists() for folder in (repository, repository / "ns2vec"))
            if not known and not match[0].split("/")[-1].isupper():  # TARGET stands for a name
                wrong.append(f"{at(document, line_of(read(document), match.start()))}: {match[0]}")
    expect_none(wrong, "Name these files as they are called now.")
