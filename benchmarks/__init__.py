"""Speed and memory, measured by one command: `python -m benchmarks`. See README.md beside this file."""
