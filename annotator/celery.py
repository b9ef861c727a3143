"""The Celery application. Messages only wake workers up; the truth is in the `Job` rows."""

import os

from celery import Celery

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "annotator.settings")
# A worker's own run of Django's checks imports every page; `manage.py migrate`, before each start, has run them.
os.environ.setdefault("CELERY_SKIP_CHECKS", "1")

app = Celery("plumbline")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks(["workers"])
