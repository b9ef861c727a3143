"""How static files are stored."""

from django.contrib.staticfiles.storage import ManifestStaticFilesStorage
from whitenoise.storage import CompressedManifestStaticFilesStorage


class HashedModules(ManifestStaticFilesStorage):
    """Hashed names inside `import … from` too, so that a page never mixes scripts of two releases."""

    support_js_module_import_aggregation = True
    # A name changes whatever imports it: one pass for each module of the longest chain of imports, and some to spare.
    max_post_process_passes = 30


class CompressedModules(HashedModules, CompressedManifestStaticFilesStorage):
    """The same, and compressed once instead of at each request."""
