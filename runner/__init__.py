"""Sets an installation up and keeps its processes running.

Standard library only: it works before anything is installed, and the supervisor that stays in memory is small.
"""
