"""The Django project: wiring, no behaviour."""

from annotator.celery import app as celery_app

__all__ = ["celery_app"]
