"""What runs periodically, and why that often. Imported by the settings: nothing of Django here."""

from typing import Any


def periodic(sweep_seconds: int) -> dict[str, dict[str, Any]]:
    """Celery beat's schedule.

    The sweep is what makes a lost message cost seconds instead of everything; it reads two short indexes. A sweep that
    nobody picked up before the next one is of no use: after Redis was away they would pile up, so they expire.
    """
    return {
        "sweep": {
            "task": "workers.sweep",
            "schedule": float(sweep_seconds),
            "options": {"expires": float(sweep_seconds), "queue": "default"},
        }
    }
