"""Speed, memory and quality beside other programs: ``python -m benchmarks``."""
