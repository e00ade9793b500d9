"""Benchmarks: each compares two things on the same machine in the same run, and prints the ratio beside the budget."""
