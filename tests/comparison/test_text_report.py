"""Tables for a terminal and Markdown."""

from __future__ import annotations

from ns2vec.comparison.text_report import growth_rows, markdown, rows, table


def test_one_row_for_each_candidate(found):
    head, *lines = rows(found)
    assert [line[0] for line in lines] == [entry.name for entry in found.candidates]
    assert {len(line) for line in lines} == {len(head)}
    assert head[-1] == "cost/batch"


def test_the_table_has_heading_and_explanations(found):
    text = table([found])
    assert text.startswith("planted: ")
    assert "saved: 1 - time / time of full softmax" in text


def test_markdown_is_a_table(found):
    lines = markdown([found, found]).splitlines()
    dashes = [number for number, line in enumerate(lines) if line.startswith("| ---")]
    assert len(dashes) == 3
    for number in dashes:
        assert lines[number].count("|") == lines[number - 1].count("|")


def test_growth_has_a_column_for_each_vocabulary(found):
    head, *lines = growth_rows([found, found])
    assert head == ["candidate", "V=700", "V=700", "growth"]
    assert {line[-1] for line in lines} == {"x1.00"}
