"""The app's name for Django: it makes `workers.tasks` known to Celery."""

from django.apps import AppConfig


class WorkersConfig(AppConfig):
    """Where rows meet the selector."""

    name = "workers"
