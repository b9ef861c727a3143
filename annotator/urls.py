"""Every address of the site."""

from django.contrib import admin
from django.urls import URLPattern, URLResolver, include, path
from django.views.generic import RedirectView

admin.autodiscover()
urlpatterns: list[URLPattern | URLResolver] = [
    path("admin/login/", RedirectView.as_view(pattern_name="login", query_string=True)),  # one door, with two factors
    path("admin/", admin.site.urls),
    path("api/v1/", include("labeling.api.urls")),
    path("", include("labeling.urls")),
]
# Under /api/ these answer in JSON, elsewhere with Django's own pages.
handler400 = "labeling.api.errors.bad_request"
handler404 = "labeling.api.errors.not_found"
handler500 = "labeling.api.errors.server_error"
