"""The sentences that the script for changing keys says."""

from django.utils.translation import gettext as _


def key_words() -> dict[str, str]:
    """Every sentence by its name in keyset.js."""
    return {
        "press": _("Press the key for “{action}”. Esc leaves it as it is."),
        "listening": _("Press a key"),
        "cannot": _(
            "This key cannot be used: letters, digits, signs, arrows, Enter and the space bar can. Press another one."
        ),
        "taken": _("{key} is the key of “{other}”. Take it from there, or choose another one."),
        "take": _("Take it"),
        "changed": _("{key} now does “{action}”."),
        "none": _("“{action}” has no key now."),
        "left": _("Left as it was."),
        "all_reset": _("All keys are as they came."),
        "not_saved": _("Not saved: the server cannot be reached. Try again."),
        "signed_out": _("Not saved: you are signed out. Sign in again, then come back to this page."),
        "no_key": _("none"),
    }
