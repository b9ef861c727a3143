"""Errors that a person can mend: the command line prints them as one line and ends with exit code 2."""


class InputError(ValueError):
    """What was given cannot be used; the message says what was expected instead."""
