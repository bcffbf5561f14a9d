"""Presentation of results: pages, charts and tables, for evaluation and comparison. Text in, text out."""
