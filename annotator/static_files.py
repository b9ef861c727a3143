"""How static files are stored."""

from whitenoise.storage import CompressedManifestStaticFilesStorage


class HashedModules(CompressedManifestStaticFilesStorage):
    """Hashed names inside `import … from` too, so that a page never mixes scripts of two releases."""

    support_js_module_import_aggregation = True
    # A name changes whatever imports it: one pass for each module of the longest chain of imports, and some to spare.
    max_post_process_passes = 30
