"""How results are shown: pages, charts and tables, for evaluation and comparison alike. Text in, text out."""
