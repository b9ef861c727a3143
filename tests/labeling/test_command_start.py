"""What a command loads before it does anything: each module costs every import and export some of its time."""

import subprocess
import sys

import pytest
from django.conf import settings

HEAVY = {"celery.app", "markdown_it", "numpy", "prometheus_client", "pyarrow", "rest_framework.views", "rich", "torch"}


@pytest.mark.parametrize("command", ["import_solutions", "export_labels"])
def test_a_command_starts_without_what_it_has_no_use_for(command: str) -> None:
    code = (
        "import sys; from django.core.management import execute_from_command_line\n"
        f"try: execute_from_command_line(['manage.py', '{command}', '--help'])\n"
        f"finally: print(sorted({HEAVY!r} & set(sys.modules)), file=sys.stderr)"
    )
    started = subprocess.run(
        [sys.executable, "-c", code], cwd=settings.BASE_DIR, capture_output=True, text=True, check=True
    )
    assert started.stderr.strip() == "[]"
