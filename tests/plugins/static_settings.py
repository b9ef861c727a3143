"""The project's settings with static files hashed but not compressed: compressing takes longer than many tests."""

from annotator.settings import *  # noqa: F403
from annotator.settings import STORAGES

STORAGES["staticfiles"] = {"BACKEND": "annotator.static_files.HashedModules"}
