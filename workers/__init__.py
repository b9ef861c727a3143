"""Celery: the only place where rows meet the selector."""
