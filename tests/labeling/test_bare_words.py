"""No page, form or refusal speaks English only: all that people see goes through gettext."""

import re
from pathlib import Path

import pytest
from django.conf import settings

from tests.labeling import prose

ROOT = Path(settings.BASE_DIR)
SHOWING = ["actions", "api", "views", "templatetags", "forms.py", "code_words.py", "charts.py", "wording.py"]
TEMPLATES = sorted(ROOT.glob("templates/**/*.html"))
MODULES = [module for name in SHOWING for module in sorted(ROOT.glob(f"labeling/{name}/**/*.py"))]
MODULES += [ROOT / "labeling" / name for name in SHOWING if name.endswith(".py")]
# Calls whose texts no person of the interface reads: logs, the schema, events, programming errors.
UNSHOWN = {"info", "warning", "error", "debug", "record", "extend_schema", "OpenApiParameter", "OpenApiResponse"}
UNSHOWN |= {"TypeError", "ValueError", "ClaimLost", "format_html", "format_html_join", "SafeString", "Http404"}
# Import refusals are told by the selector's readers too, which know no Django; labeling/stored_words.py says them anew.
UNSHOWN |= {"RowError"}
MACHINES = {
    "api/schema.py",  # the schema is for programs
    "api/serializers",  # help texts in it
    "actions/staging",  # SQL
    "models/reading",  # SQL
    "actions/backups",  # told at a terminal, as is what of events was changed
    "actions/events.py",
    "views/health.py",  # read by monitors
}
# What is kept in rows in English, and said anew by labeling/stored_words.py; codes, headers, the schema.
ENGLISH = {
    "the same answer as dispute {}",
    "The process that ran this import died. Import the file again.",
    "lines: {}, new solutions: {}, {} lines/s",
    "Nothing was imported.",
    "only checked, nothing was changed",
    "The worker died {} times in this stage. See its log; retry when the cause is gone.",
    "failed without a message",
    "Published by {}.",
    "Chosen again from its record: the same labels ({}), out of {} candidates.",
    "Chosen again from its record: not the same. In the round alone: {}. Chosen now alone: {}.",
    "The candidates are not what they were: scores, answers or problems changed.",
    "Of your last {count} solutions whose errors are known, {right} were judged as they should be. A lead will look "
    "at it with you.",
    "You hold it now.",
    "Nobody has it: it comes when you ask for one more, after what you hold already.",
    "Somebody else has it or has labeled it, or it is out of the queue: what you began is kept for you alone.",
    "`lease_lost`: somebody else has it; `conflict`: two others are in hand.",
    "`Token …`, as `manage.py create_account` prints it.",
    "application/x-ndjson; charset=utf-8",
    'attachment; filename="{}-{}.jsonl"',
    'attachment; filename="{}-{}-card.{}"',
    "text/markdown; charset=utf-8",
    "text/csv; charset=utf-8",
    'attachment; filename="{}.csv"',
    "chart for-phone",
    # Read by monitors; leads are told in sentences.
    "not reachable: {}",
    "not writable: {}",
    "nearly full: {} MB free",
}


@pytest.mark.parametrize("template", TEMPLATES, ids=lambda path: path.name)
def test_a_template_holds_no_bare_words(template: Path) -> None:
    assert prose.in_template(template) == []


def test_no_line_breaks_between_a_number_and_its_per_cent_sign() -> None:
    found = [f"{path.name}: {said}" for path in TEMPLATES for said in re.findall(r"\d+ %(?!\})", path.read_text())]
    assert not found, "a no-break space is expected"


@pytest.mark.parametrize("module", MODULES, ids=lambda path: str(path.relative_to(ROOT)))
def test_a_module_holds_no_bare_sentences(module: Path) -> None:
    if any(str(module.relative_to(ROOT / "labeling")).startswith(name) for name in MACHINES):
        return
    bare = [(line, said) for line, said in prose.in_module(module, unshown=UNSHOWN) if said not in ENGLISH]
    assert bare == []


def test_bare_words_are_found(tmp_path: Path) -> None:
    page, module = tmp_path / "page.html", tmp_path / "module.py"
    page.write_text(
        '{% translate "Fine" %}<p title="One">Two {{ x|default:"three" }} <code>not this</code>'
        "{{ n }} step{{ n|pluralize }}"
        '{% blocktranslate %}Nor this{% endblocktranslate %}</p>{% include "a.html" with b="Four" %}'
    )
    module.write_text('"""A docstring is fine."""\nsaid = _("So is this"), f"but {said} not this", call("nor that")\n')
    assert prose.in_template(page) == ["three", "n|pluralize", "Four", "One", "Two", "step"]
    assert prose.in_module(module) == [(2, "but {} not this"), (2, "nor that")]
