"""The sentences that the scripts of the labeler's page say: translated here, handed over as one JSON block."""

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

# A number of each plural category of CLDR, by which a browser asks; gettext chooses the form for it.
_SAMPLES = {"one": 1, "few": 2, "many": 5, "other": 5}

Words = dict[str, str | dict[str, str]]


def _counted(singular: str, plural: str) -> dict[str, str]:
    """Both English forms as every form that the language has; `{n}` stays for the script to fill."""
    return {category: ngettext(singular, plural, n) for category, n in _SAMPLES.items()}


def label_words() -> Words:
    """Every sentence by its name in the scripts; those that count something have one form a plural category."""
    return {
        **_step_words(),
        **_dock_words(),
        **_sign_words(),
        **_trouble_words(),
        **_empty_words(),
        **_tree_words(),
        **_tree_news(),
    }


def _step_words() -> Words:
    return {
        "negative": _("negative"),
        "neutral": _("neutral"),
        "positive": _("positive"),
        "unsure": _("unsure"),
        "first_error": _("first error"),
        "parked": _("parked: {rating}"),
        "its_answer": _("This solution’s answer"),
        "current_guess": _("Current guess of the answer"),
        "solution_steps": _counted("Solution, {n} step", "Solution, {n} steps"),
        "mark_active": _("Step {step}: in hand"),
        "mark_positive": _("Step {step}: positive. Change"),
        "mark_neutral": _("Step {step}: neutral. Change"),
        "mark_negative": _("Step {step}: negative, the first error. Change"),
        "mark_parked": _("Step {step}: parked, was {rating}"),
        "mark_later": _("Step {step}: not reached yet"),
        "other_active": _("Alternative {step}: in hand"),
        "other_positive": _("Alternative {step}: positive. Change"),
        "other_neutral": _("Alternative {step}: neutral. Change"),
        "other_negative": _("Alternative {step}: negative. Change"),
        "other_unsure": _("Alternative {step}: unsure. Change"),
        "other_option": _("Alternative {step}: not rated yet"),
        "others_count": _counted(
            "{n} other step for the same place. Rate it on its own.",
            "{n} other steps for the same place. Rate each on its own.",
        ),
        "step_name": _("Step {step}"),
        "blank_step": _("(blank step)"),
        "other_name": _("Alternative {step}"),
        "opened": _counted(
            "A solution with {n} step. Step {step} is in hand.", "A solution with {n} steps. Step {step} is in hand."
        ),
        "announce_rated": _("{name}: {rating}."),
        "announce_unsure": _("{name}: unsure."),
        "announce_sure": _("{name}: no longer unsure."),
        "announce_undone": _("Undone."),
        "announce_redone": _("Done again."),
        "submitted": _("Submitted."),
        "guide_changed": _("The guide has changed."),
        "guide_noted": _("Noted."),
        "guide_not_noted": _("Not noted: the server cannot be reached. It stays here to be noted later."),
    }


def _dock_words() -> Words:
    return {
        "step_of": _("Step {step} of {total}"),
        "other_of": _("Alternative {step} of {total}"),
        "to_submit": _("To submit:"),
        "missing": _counted("{n} more step, or the first error", "{n} more steps, or the first error"),
        "missing_others": _counted("{n} alternative to rate", "{n} alternatives to rate"),
        "ready_error": _("First error at step {step}"),
        "ready_error_more": _("Steps behind it stay unrated"),
        "ready_error_last": _("First error at step {step}, the last one"),
        "ready_solution": _counted("The one step is good", "All {n} steps are good"),
        "ready_dispute": _counted(
            "The step is good, but the answer is not the current guess: a lead will look",
            "All {n} steps are good, but the answer is not the current guess: a lead will look",
        ),
        "sending": _("Sending"),
        "frozen": _("This one can no longer be submitted"),
        "ratings_kept": _counted("Your {n} rating is kept.", "Your {n} ratings are kept."),
    }


def _sign_words() -> Words:
    return {
        "saved_at": _("Saved {time}"),
        "saving": _("Saving"),
        "offline": _("Offline"),
        "offline_kept": _counted("Offline, {n} rating kept here", "Offline, {n} ratings kept here"),
        "offline_open": _counted("Offline, {n} rating only on this screen", "Offline, {n} ratings only on this screen"),
        "offline_work_kept": _("Offline, your work is kept here"),
        "offline_work_open": _("Offline, your work is only on this screen"),
        "signed_out": _("Signed out"),
        "signed_out_kept": _counted("Signed out, {n} rating kept here", "Signed out, {n} ratings kept here"),
        "signed_out_open": _counted(
            "Signed out, {n} rating only on this screen", "Signed out, {n} ratings only on this screen"
        ),
        "signed_out_work_kept": _("Signed out, your work is kept here"),
        "signed_out_work_open": _("Signed out, your work is only on this screen"),
        "reached_again": _("The server can be reached again"),
        "to_be_sent": _counted("{n} solution waits to be sent", "{n} solutions wait to be sent"),
        "not_saved_here": _("Not saved here"),
        "kept_here": _("Kept in this browser"),
        "only_here": _("Only on this screen"),
        "time_seconds": _("{seconds} s on this one"),
        "time_minutes": _("{minutes} min {seconds} s on this one"),
        "done_today": _counted("{n} done today", "{n} done today"),
    }


def _trouble_words() -> Words:
    return {
        "not_saved": _("Not saved."),
        "out_of_hands": _("This solution is out of your hands."),
        "not_submitted": _("Not submitted."),
        "trouble_offline": _("Not submitted yet: the server cannot be reached."),
        "trouble_server": _("Not submitted yet: the server has trouble ({message})."),
        "sent_again": _counted(
            "Your ratings are kept here. They are sent again in {n} second.",
            "Your ratings are kept here. They are sent again in {n} seconds.",
        ),
        "sent_again_open": _counted(
            "Your ratings are only on this screen: leave it open. They are sent again in {n} second.",
            "Your ratings are only on this screen: leave it open. They are sent again in {n} seconds.",
        ),
        "none_ahead": _("A third solution cannot be fetched before these are sent."),
        "reason_unsent": _("The reason that you wrote, “{reason}”, was not sent."),
        "submitted_later": _("It is sent when the server can be reached."),
        "correct_it": _("Take it back"),
        "taken_back": _("Taken back to be corrected. Submit it once more to send it."),
        "nothing_to_correct": _("No finished solution waits to be sent."),
        "corrected_waiting": _("Corrected while it waited to be sent"),
        "trouble_no_next": _("The next solution cannot be fetched: the server does not answer."),
        "trouble_out": _("You are no longer in this campaign."),
        "trouble_refused": _("The next solution cannot be fetched."),
        "your_campaigns": _("Your campaigns"),
        "asked_again": _counted(
            "Nothing of yours is lost. This page asks again in {n} second.",
            "Nothing of yours is lost. This page asks again in {n} seconds.",
        ),
        "trouble_earlier": _("A label that you sent earlier was not taken."),
        "trouble_arrived": _("A label that you took back had reached the server already."),
        "trouble_labeled": _("You have labeled this solution on another tab or device meanwhile."),
        "labeled_rest": _("What you rated here is kept in this browser. Submit it as a new version of that label."),
        "arrived_rest": _("What you corrected is kept in this browser. Submit it as a new version of that label."),
        "revise_it": _("Revise it"),
        "kept_private": _("What you rated is kept for you alone, as a private draft."),
        "discard": _("Discard the draft"),
        "trouble_storage": _("This browser keeps nothing for this page: its storage is full or switched off."),
        "storage_rest": _("What you rate is safe once it says Saved. Until then it is only on this screen."),
        "try_again": _("Try again"),
        "next_solution": _("Next solution"),
        "keep_reading": _("Keep reading"),
        "keep_working": _("Back to the steps"),
        "understood": _("Understood"),
        **_elsewhere_words(),
        **_door_words(),
    }


def _elsewhere_words() -> Words:
    return {
        "trouble_overtaken": _("This solution was worked on in another tab or on another device."),
        "trouble_opened_elsewhere": _("This solution is open in another tab or on another device now."),
        "safe_elsewhere": _("It goes on there; what was saved is kept."),
        "safe_elsewhere_unsaved": _counted(
            "It goes on there; what was saved is kept. {n} rating is only on this screen.",
            "It goes on there; what was saved is kept. {n} ratings are only on this screen.",
        ),
        "safe_elsewhere_change": _(
            "It goes on there; what was saved is kept. Your last change is only on this screen."
        ),
        "elsewhere_now": _("It goes on elsewhere"),
        "elsewhere_which": _("First say which ratings it goes on with"),
        "go_on_here": _("Go on here"),
        "take_this_screen": _("Take what this screen shows"),
        "take_saved": _("Take what was saved there"),
    }


def _door_words() -> Words:
    return {
        "trouble_signed_out": _("You are signed out."),
        "safe_here": _("Everything you rated is kept in this browser. Sign in and go on."),
        "safe_on_screen": _("What you rated is only on this screen: leave it open. Sign in and go on."),
        "sign_in": _("Sign in"),
        "sign_in_as_other": _("Sign in as somebody else"),
        "sign_in_name": _("Name"),
        "sign_in_password": _("Password"),
        "sign_in_code": _("Code of your app"),
        "sign_in_code_asked": _("The password is right. Now the code of your app, or a recovery code."),
        "sign_in_code_wrong": _("Not signed in: the code is wrong or was used already. Wait for the next one."),
        "sign_in_wrong": _("Not signed in. Is the password right?"),
        "sign_in_throttled": _("Too many tries to sign in. Try again in a quarter of an hour."),
        "sign_in_unreached": _("Not signed in: the server cannot be reached. Try again in a moment."),
        "somebody_else": _("Somebody else is signed in now"),
        "somebody_else_rest": _(
            "This page was {name}’s. What {name} rated is kept in this browser for {name} alone; nothing of it is "
            "shown or sent."
        ),
        "somebody_else_way": _("Open the page anew"),
    }


def _empty_words() -> Words:
    return {
        "empty_all_done": _("Everything that is wanted from you here is labeled."),
        "empty_again": _counted("This page looks again every second.", "This page looks again every {n} seconds."),
    }


def _tree_words() -> Words:
    """Where a solution grows from candidates: what stands on the page."""
    return {
        "written": _("written"),
        "goes_on": _("goes on"),
        "steps_parked": _counted("{n} step parked", "{n} steps parked"),
        "solution_growing": _("Solution, step by step"),
        "candidates_count": _counted("{n} candidate for this step", "{n} candidates for this step"),
        "candidates_note": _("Rate each on its own, then go on with a good one."),
        "no_candidates": _("No candidates here"),
        "no_candidates_note": _("Write the next step, or say that the solution is complete."),
        "place_done": _counted("Complete after {n} step", "Complete after {n} steps"),
        "place_done_note": _("Submit it, or write a further step."),
        "place_goes_on": _("The solution goes on here"),
        "place_complete": _("The solution is complete"),
        "tree_step": _("Step {step}"),
        "tree_end": _("After step {step}"),
        "tree_place": _("Step {step}, candidate {letter} of {total}"),
        "tree_ready": _counted("The solution is complete: {n} step", "The solution is complete: {n} steps"),
        "missing_candidates": _counted("{n} candidate to rate", "{n} candidates to rate"),
        "own_goes_on": _("Your step goes on"),
        "on_or_complete": _("Write on, or say that it is complete"),
        "one_goes_on": _("{letter} goes on"),
        "which_goes_on": _("Several are good: take the one that goes on ({letters})"),
        "none_is_good": _("None is good enough: write the step"),
        "do_submit": _("Submit"),
        "do_go_on": _("Go on"),
        "do_write": _("Write"),
        "mark_written": _("Step {step}: written by you. Change"),
        "mark_option": _("Step {step}: go on here"),
        "candidate_active": _("Candidate {step}: in hand"),
        "candidate_positive": _("Candidate {step}: positive. Change"),
        "candidate_neutral": _("Candidate {step}: neutral. Change"),
        "candidate_negative": _("Candidate {step}: negative. Change"),
        "candidate_unsure": _("Candidate {step}: unsure. Change"),
        "candidate_option": _("Candidate {step}: not rated yet"),
        "candidate_written": _("The step that you wrote. Change"),
    }


def _tree_news() -> Words:
    """The same for those who hear the page, and what a labeler is told beside a field."""
    return {
        "candidate_name": _("Candidate {letter}"),
        "opened_tree": _counted(
            "A problem with {n} candidate for its first step.", "A problem with {n} candidates for its first step."
        ),
        "announce_goes_on": _("{name} goes on."),
        "announce_written": _("Your step goes on."),
        "announce_not_complete": _("Not complete yet."),
        "cannot_write": _("A step is written where all candidates are rated and none is good."),
        "cannot_complete": _("A solution is complete behind a step that goes on, with nothing begun after it."),
        "write_too_long": _("A step is one idea: at most 1000 characters."),
        "write_repeats": _("This repeats a candidate or the step before."),
    }
