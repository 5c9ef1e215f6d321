"""What the benchmarks share: the servers that are compared, load, and what a process tree costs."""
