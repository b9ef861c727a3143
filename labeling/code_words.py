"""What the codes of rows are called on pages; files and the API keep the codes themselves.

Each table is read by a filter of templatetags/codes.py; a code that is not in it is shown as it is.
"""

from django.utils.translation import gettext_lazy as _
from django.utils.translation import gettext_noop, pgettext_lazy

ROLES = {
    "labeler": pgettext_lazy("role", "labeler"),
    "reviewer": pgettext_lazy("role", "reviewer"),
    "lead": pgettext_lazy("role", "lead"),
}
SPLITS = {"train": pgettext_lazy("split", "train"), "test": pgettext_lazy("split", "test")}
REFERENCE_ANSWERS = {
    "shown": pgettext_lazy("reference answer", "shown"),
    "greyed": pgettext_lazy("reference answer", "greyed"),
    "hidden": pgettext_lazy("reference answer", "hidden"),
}
VERDICTS = {
    "correct": pgettext_lazy("verdict on an answer", "correct"),
    "wrong": pgettext_lazy("verdict on an answer", "wrong"),
    "uncertain": pgettext_lazy("verdict on an answer", "uncertain"),
    "unknown": pgettext_lazy("verdict on an answer", "unknown"),
}
RATINGS = {"+": _("positive"), "0": _("neutral"), "-": _("negative")}
FINISHED = {
    "found_error": _("first error found"),
    "solution": _("all steps good"),
    "bad_problem": _("bad problem"),
    "give_up": _("gave up"),
}

PURPOSES = {
    "round": pgettext_lazy("purpose of a label", "work"),
    "evaluation": pgettext_lazy("purpose of a label", "evaluation"),
    "gold": pgettext_lazy("purpose of a label", "gold"),
    "screening": pgettext_lazy("purpose of a label", "screening"),
    "extra": pgettext_lazy("purpose of a label", "one more opinion"),
}
ORIGINS = {
    "here": pgettext_lazy("origin of a label", "here"),
    "simulated": pgettext_lazy("origin of a label", "simulated"),
    "prm800k": pgettext_lazy("origin of a label", "imported, PRM800K"),
    "first_error": pgettext_lazy("origin of a label", "imported, first errors"),
}
LABELER_KINDS = {
    "person": pgettext_lazy("kind of labeler", "a person here"),
    "external": pgettext_lazy("kind of labeler", "elsewhere"),
    "simulated": pgettext_lazy("kind of labeler", "simulated"),
}

# --- states
LABEL_STATES = {
    "current": pgettext_lazy("state of a label", "counts"),
    "unsure": pgettext_lazy("state of a label", "with unsure steps"),
    "final": pgettext_lazy("state of a label", "final, a lead decided"),
    "revised": pgettext_lazy("state of a label", "replaced by a revision"),
    "sent_back": pgettext_lazy("state of a label", "sent back to the queue"),
}
LABELER_STATES = {
    "working": pgettext_lazy("state of a labeler", "at work"),
    "paused": pgettext_lazy("state of a labeler", "paused"),
    "left": pgettext_lazy("state of a labeler", "no longer here"),
}
PROBLEM_STATES = {
    "active": pgettext_lazy("state of a problem", "active"),
    "held": pgettext_lazy("state of a problem", "held"),
    "excluded": pgettext_lazy("state of a problem", "excluded"),
}
ROUND_STATES = {
    "planned": pgettext_lazy("state of a round", "planned"),
    "open": pgettext_lazy("state of a round", "open"),
    "closed": pgettext_lazy("state of a round", "closed"),
}
ITEM_STATES = {
    "planned": pgettext_lazy("state of a queue item", "planned"),
    "waiting": pgettext_lazy("state of a queue item", "waiting"),
    "leased": pgettext_lazy("state of a queue item", "in hand"),
    "labeled": pgettext_lazy("state of a queue item", "labeled"),
    "withdrawn": pgettext_lazy("state of a queue item", "withdrawn"),
}
DISPUTE_STATES = {
    "open": pgettext_lazy("state of a dispute", "open"),
    "accepted": pgettext_lazy("state of a dispute", "accepted"),
    "declined": pgettext_lazy("state of a dispute", "declined"),
}
INVITATION_STATES = {
    "waiting": pgettext_lazy("state of an invitation", "waiting"),
    "accepted": pgettext_lazy("state of an invitation", "accepted"),
    "revoked": pgettext_lazy("state of an invitation", "revoked"),
    "expired": pgettext_lazy("state of an invitation", "expired"),
}
GOLD_USES = {
    "stream": pgettext_lazy("use of gold", "in rounds"),
    "screening": pgettext_lazy("use of gold", "in screening"),
    "retired": pgettext_lazy("use of gold", "retired"),
}
GOLD_SOURCES = {
    "imported": pgettext_lazy("source of gold", "an imported label"),
    "adjudicated": pgettext_lazy("source of gold", "a label that a lead held to be right"),
    "hand": pgettext_lazy("source of gold", "a lead’s own judgement"),
}
JOB_STATES = {
    "requested": pgettext_lazy("state of a job", "waiting"),
    "running": pgettext_lazy("state of a job", "running"),
    "done": pgettext_lazy("state of a job", "done"),
    "failed": pgettext_lazy("state of a job", "failed"),
    "cancelled": pgettext_lazy("state of a job", "cancelled"),
}
SELECTOR_STATES = {
    "training": pgettext_lazy("state of a selector", "being made"),
    "evaluated": pgettext_lazy("state of a selector", "measured, not published yet"),
    "published": pgettext_lazy("state of a selector", "in use"),
    "retired": pgettext_lazy("state of a selector", "was in use"),
    "held_back": pgettext_lazy("state of a selector", "held back"),
}

SELECTOR_KINDS = {
    "prm": _("step labels"),
    "orm": _("final answers"),
    "implicit": _("final answers, as a log-ratio of two models"),
    "surprise": _("nothing: the base as it is"),
}
COLD_STARTS = {
    "uniform": _("by chance"),
    "popular_wrong": _("popular wrong answers"),
    "surprise": _("wrong answers that surprise the base model least"),
    "orm": _("a model of final answers"),
    "implicit": _("a model of final answers, as a log-ratio of two models"),
}
UNDECIDED_BY = {
    "score": _("the solution score"),
    "committee": _("the disagreement of a committee"),
}
KEPT_OUT = {
    "excluded": _("as the plan says"),
    "labeled": _("labeled before"),
    "copies": _("identical texts"),
    "too_long": _("longer than the selector’s base can read"),
    "uncertain_answer": _("answers in doubt"),
    "cap": _("beyond the most of one problem"),
}

# --- background work
KINDS = {
    "import": pgettext_lazy("kind of job", "import"),
    "grade": pgettext_lazy("kind of job", "grading"),
    "pretrain": pgettext_lazy("kind of job", "base"),
    "retrain": pgettext_lazy("kind of job", "training"),
    "plan": pgettext_lazy("kind of job", "planning"),
    "agreement": pgettext_lazy("kind of job", "agreement"),
    "preview": pgettext_lazy("kind of job", "preview"),
    "multiplier": pgettext_lazy("kind of job", "worth of chosen labels"),
}
STAGES = {
    "snapshot": _("collecting labels"),
    "pretrain": _("making the base of the selector"),
    "train": pgettext_lazy("stage of a job", "training"),
    "score": _("scoring the pool"),
    "evaluate": pgettext_lazy("stage of a job", "measuring"),
    "publish": pgettext_lazy("stage of a job", "comparing"),
    "import": _("reading the file"),
    "grade": _("grading answers"),
    "keep": _("keeping the grades"),
    "plan": _("choosing solutions"),
    "compare": _("comparing labels"),
    "final_answers": _("measuring a model of final answers beside it"),
    "trials": _("training on parts of the labels"),
}
COUNTS = {
    "problems": _("New problems"),
    "solutions": _("New solutions"),
    "labels": _("New labels"),
    "duplicates": _("There already"),
    "correct": _("Correct answers"),
    "wrong": _("Wrong answers"),
    "uncertain": _("Answers in doubt"),
    "unknown": _("Ungraded answers"),
    "pairs": _("Compared pairs of labels"),
}

# --- selection
SCOPES = {"campaign": _("the campaign"), "problem": _("each problem")}
REASONS = {"disagreement": gettext_noop("two disagreed"), "requeued": gettext_noop("sent back to the queue")}
SHORTFALLS = {"size": gettext_noop("labels in all"), "evaluation": gettext_noop("evaluation items")}


# --- what somebody did, as an event keeps it
EVENTS = {
    "campaign.created": _("made the campaign"),
    "campaign.changed": _("changed settings"),
    "campaign.deleted": _("deleted the campaign"),
    "member.added": _("added a member"),
    "member.changed": _("changed a member’s role"),
    "member.removed": _("removed a member"),
    "invitation.made": _("invited somebody"),
    "invitation.accepted": _("accepted an invitation"),
    "invitation.revoked": _("revoked an invitation"),
    "account.made": _("made an account"),
    "account.password_changed": _("changed a password"),
    "account.password_reset": _("set a lost password anew"),
    "account.address_changed": _("changed an e-mail address"),
    "account.deactivated": _("deactivated an account"),
    "account.erased": _("erased a person"),
    "account.activated": _("made an account active again"),
    "account.made_administrator": _("made somebody an administrator"),
    "account.no_administrator": _("made somebody no administrator any more"),
    "account.two_factor_on": _("turned two-factor sign-in on"),
    "account.two_factor_off": _("turned two-factor sign-in off"),
    "account.recovery_codes": _("made new recovery codes"),
    "token.made": _("made an API token"),
    "token.revoked": _("revoked an API token"),
    "import.finished": _("imported rows"),
    "labels.exported": _("took data out"),
    "round.planned": _("planned a round"),
    "round.open": _("opened a round"),
    "round.closed": _("closed a round"),
    "guide.published": _("published a guide"),
    "training.requested": _("asked for a training"),
    "agreement.requested": _("asked how far labelers agree"),
    "multiplier.requested": _("asked what a chosen label is worth"),
    "selector.published": _("put a selector into use"),
    "job.cancelled": _("cancelled a job"),
    "job.retried": _("tried a job again"),
    "problem.held": _("held a problem"),
    "problem.decided": _("decided about a problem"),
    "problems.excluded": _("excluded many problems at once"),
    "problems.restored": _("took many problems back at once"),
    "change.undone": _("undid a change to many at once"),
    "dispute.decided": _("decided a dispute"),
    "reference.changed": _("changed a reference answer"),
    "ruling.made": _("decided where a first error is"),
    "gold.made": _("made a solution gold"),
    "gold.changed": _("changed what is right of gold"),
    "gold.retired": _("retired gold"),
    "labeler.paused": _("paused a labeler"),
    "labeler.resumed": _("let a labeler go on"),
    "labels.requeued": _("sent labels back to the queue"),
    "labels.requeue_undone": _("made labels count again"),
    "screening.passed": _("found a screening passed"),
    "screening.failed": _("found a screening not passed"),
    "screening.further_attempt": _("allowed another attempt at screening"),
    "screening.let_in": _("let a labeler in without screening"),
}

# --- a job in one sentence, by kind and state
JOBS = {
    ("import", "requested"): _("The import waits for a worker"),
    ("import", "running"): _("The import is {percent} done"),
    ("import", "done"): _("The import is done"),
    ("import", "failed"): _("The import failed"),
    ("import", "cancelled"): _("The import was cancelled"),
    ("grade", "requested"): _("The grading waits for a worker"),
    ("grade", "running"): _("The grading is {percent} done"),
    ("grade", "done"): _("The grading is done"),
    ("grade", "failed"): _("The grading failed"),
    ("grade", "cancelled"): _("The grading was cancelled"),
    ("pretrain", "requested"): _("The base waits for a worker"),
    ("pretrain", "running"): _("The base is {percent} done"),
    ("pretrain", "done"): _("The base is there"),
    ("pretrain", "failed"): _("Making the base failed"),
    ("pretrain", "cancelled"): _("Making the base was cancelled"),
    ("retrain", "requested"): _("The training waits for a worker"),
    ("retrain", "running"): _("The training is {percent} done"),
    ("retrain", "done"): _("The training is done"),
    ("retrain", "failed"): _("The training failed"),
    ("retrain", "cancelled"): _("The training was cancelled"),
    ("plan", "requested"): _("The planning waits for a worker"),
    ("plan", "running"): _("The planning is {percent} done"),
    ("plan", "done"): _("The planning is done"),
    ("plan", "failed"): _("The planning failed"),
    ("plan", "cancelled"): _("The planning was cancelled"),
    ("agreement", "requested"): _("The comparison of labels waits for a worker"),
    ("agreement", "running"): _("The comparison of labels is {percent} done"),
    ("agreement", "done"): _("The comparison of labels is done"),
    ("agreement", "failed"): _("The comparison of labels failed"),
    ("agreement", "cancelled"): _("The comparison of labels was cancelled"),
    ("multiplier", "requested"): _("The worth of chosen labels waits for a worker"),
    ("multiplier", "running"): _("The worth of chosen labels is {percent} measured"),
    ("multiplier", "done"): _("The worth of chosen labels is measured"),
    ("multiplier", "failed"): _("Measuring the worth of chosen labels failed"),
    ("multiplier", "cancelled"): _("Measuring the worth of chosen labels was cancelled"),
    ("preview", "requested"): _("The preview waits for a worker"),
    ("preview", "running"): _("The preview is {percent} done"),
    ("preview", "done"): _("The preview is done"),
    ("preview", "failed"): _("The preview failed"),
    ("preview", "cancelled"): _("The preview was cancelled"),
}
