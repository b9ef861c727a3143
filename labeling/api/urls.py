"""Addresses of the API, under /api/v1/."""

from django.urls import path

from labeling.api.schema import SchemaView
from labeling.api.views import work

app_name = "api"
urlpatterns = [
    path("schema/", SchemaView.as_view(), name="schema"),
    path("campaigns/<slug:slug>/next/", work.next_item, name="next"),
    path("items/<int:item_id>/draft/", work.draft, name="draft"),
    path("items/<int:item_id>/release/", work.release, name="release"),
    path("items/<int:item_id>/label/", work.label, name="label"),
]
