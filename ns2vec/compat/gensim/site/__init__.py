"""A folder for ``PYTHONPATH``: Python processes that find it start with the alias in place."""
