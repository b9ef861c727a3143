"""Static files as an installation serves them: under names that follow from what is in them."""

import re
from pathlib import Path

from django.core.management import call_command
from pytest_django import Settings

NOT_OURS = ("admin", "vendor", "rest_framework", "drf_spectacular*", "django*", "htmx*")


def test_every_script_and_what_it_imports_have_hashed_names(tmp_path: Path, settings: Settings) -> None:
    settings.STATIC_ROOT = tmp_path
    settings.STATICFILES_DIRS = []
    settings.STORAGES = settings.STORAGES | {"staticfiles": {"BACKEND": "annotator.static_files.HashedModules"}}
    call_command("collectstatic", interactive=False, verbosity=0, ignore_patterns=list(NOT_OURS))
    names = {path.name for path in (tmp_path / "labeling").glob("*.js")}
    for path in (tmp_path / "labeling").glob("label.*.js"):
        imported = re.findall(r'from "\./([^"]+)"', path.read_text())
        assert imported
        assert set(imported) <= names
        assert all(re.fullmatch(r"\w+\.[0-9a-f]{12}\.js", name) for name in imported)
