"""What can go wrong in an action, in the words of a person. Views turn these into answers."""


class ActionError(Exception):
    """Something the caller asked for cannot be done; nothing was changed."""

    code = "refused"
    status = 400

    def __init__(self, message: str, fields: dict[str, str] | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.fields = fields or {}


class RuleBroken(ActionError):
    """A rule of the labeling pass is broken; `fields` names which."""

    code = "rule_broken"

    def __init__(self, field: str, rule: str) -> None:
        super().__init__(f"{field}: {rule}", {field: rule})


class LeaseLost(ActionError):
    """The lease named is not this labeler's any more; `is_elsewhere`: they hold the item under a newer one."""

    code = "lease_lost"
    status = 409

    def __init__(self, message: str, *, is_elsewhere: bool = False) -> None:
        super().__init__(message)
        self.is_elsewhere = is_elsewhere


class DraftChanged(ActionError):
    """The stored draft is not the one that this work builds on: it was worked on elsewhere since."""

    code = "draft_changed"
    status = 409


class Conflict(ActionError):
    """The thing is not in the state that this needs."""

    code = "conflict"
    status = 409


class RevisedAlready(Conflict):
    """There is a label, or a newer version of it, that this does not know of; `newest` is its number."""

    def __init__(self, message: str, *, newest: int | None) -> None:
        super().__init__(message)
        self.newest = newest


class SubmissionReused(ActionError):
    """The submission_id already names another label."""

    code = "submission_reused"
    status = 422
