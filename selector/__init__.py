"""The process reward model: from labeled steps to scores, and from scores to what to label next.

A package of its own: no web, no database. `python -m selector --help` is its command line.
"""
