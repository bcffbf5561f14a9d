"""Speed, memory and quality compared with other programs: ``python -m benchmarks``."""
