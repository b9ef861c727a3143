"""Addresses of pages; the API's are in labeling/api/urls.py."""

from django.urls import URLPattern, URLResolver, path

from labeling.views import health

urlpatterns: list[URLPattern | URLResolver] = [
    path("healthz", health.healthz, name="healthz"),
    path("metrics", health.metrics, name="metrics"),
]
