"""Benchmarks that anyone can run: `make bench`. Figures are ratios or bounds within one run."""
