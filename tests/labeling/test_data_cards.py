"""The data card of an export: what it says of its rows, and that it costs the same however many there are."""

import json
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.core.management import call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext

from labeling.actions import data_cards, exporting
from labeling.data_card import as_markdown
from labeling.models import Campaign
from tests import factories as make
from tests.labeling.pages import fill_pool, signed_in, text_of
from tests.labeling.test_exporting import label_in

pytestmark = pytest.mark.django_db

FIGURE = {"value": 0.5, "count": 2, "low": 0.1, "high": 0.9}
SAID = {"pairs": 2, "solutions": 2, **dict.fromkeys(("exact", "within_one", "any_error", "alpha"), FIGURE)}
FIGURES = {"all": SAID, "rounds": [[0, SAID]], "labelers": [[7, SAID]], "pairs": [], "subjects": [], "steps": []}
MOST_QUERIES = 20


def labeled(campaign: Campaign) -> Any:
    """A round with a label under a guide, one on gold, one of a simulated labeler and one from elsewhere."""
    version = make.make_selector(campaign, 2, kind="orm", base_model="some|base")
    of = make.make_round(campaign, 0, selector=version, seed=11, rails={"problem_cap": 0.2}, kept_out={"cap": 3})
    plain, checked = fill_pool(campaign, solutions=1)
    guide = make.make_guide(campaign)
    person = make.make_labeler(campaign, make.make_account("Hypatia"))
    item = make.make_item(plain, of, state="labeled")
    label_in(campaign, [1, 0, -1], solution=plain, item=item, labeler=person, guide=guide)
    make.make_gold(checked, accepted="41")
    gold = make.make_item(checked, of, state="labeled", purpose="gold", reserved_for=person)
    label_in(campaign, [1, -1], solution=checked, item=gold, labeler=person, guide=guide)
    label_in(campaign, [1], origin="simulated", labeler=make.make_labeler(campaign, kind="simulated"))
    label_in(campaign, [-1], origin="first_error", labeler=make.make_labeler(campaign, kind="external", name="Euler"))
    make.make_grade(plain, grader_version="graders 3")
    return person


def test_a_card_says_what_its_export_holds_and_how_it_came_about(campaign: Campaign) -> None:
    person = labeled(campaign)
    campaign.sources = "MATH, MIT licence"
    campaign.save()

    card = data_cards.card(campaign, "prm800k")

    assert card["sources_and_licence"] == "MATH, MIT licence"
    assert card["export"] == {"format": "prm800k", "asked": {}, "rows": len(list(exporting.rows(campaign, "prm800k")))}
    assert card["labels"]["rated_steps"] == {"positive": 2, "neutral": 1, "negative": 2}
    assert (card["labels"]["by_origin"], card["labels"]["by_split"]) == ({"here": 2}, {"train": 2})
    assert card["labels"]["active_minutes"] == 0.4
    gold = {"right": 1, "count": 1, "share": 1.0}
    assert card["labelers"]["gold_of_the_campaign"].items() >= gold.items()
    assert [(one["labeler"], one["labels"]) for one in card["labelers"]["each"]] == [(str(person.uuid), 2)]
    assert [(one["version"], one["labels"]) for one in card["guide_versions"]] == [(1, 2)]
    [of] = card["rounds"]
    assert (of["strategy"], of["seed"], of["rails"], of["kept_out"]) == (
        "convincing_wrong", 11, {"problem_cap": 0.2}, {"cap": 3},
    )  # fmt: skip
    assert (of["wanted"], of["labels"], of["labels_of_gold"]) == (1, 1, 1), "gold is labeled and not waited for"
    assert of["selector"] == {"version": 2, "kind": "orm", "base_model": "some|base", "seed": 0}
    assert card["graders"] == {"graders 3": 1}
    assert card["agreement"] is None
    assert "Hypatia" not in json.dumps(card)
    text = as_markdown(card)
    for said in ("MATH, MIT licence", "Not computed.", "some\\|base", "1 of 1 (100 %", str(person.uuid), "graders 3"):
        assert said in text
    for said in ("| Labels of wanted | Labels of gold |", "| 1 of 1 | 1 |"):
        assert said in text


def test_a_card_is_of_what_was_asked_for(campaign: Campaign) -> None:
    labeled(campaign)
    make.make_agreement(campaign, FIGURES)

    everything = data_cards.card(campaign, "first-error", include_simulated=True)
    assert everything["labels"]["by_origin"] == {"first_error": 1, "here": 2, "simulated": 1}
    assert everything["labelers"]["by_kind"] == {"person": 1, "external": 1, "simulated": 1}
    assert everything["export"]["asked"] == {"include_simulated": True}
    assert everything["agreement"]["all"] == SAID
    assert everything["agreement"]["rounds"][0]["round"] == 0
    assert everything["agreement"]["labels_since"] >= 2
    assert "Euler" not in json.dumps(everything)
    assert "0.500 (0.100 to 0.900)" in as_markdown(everything)

    stepwise = data_cards.card(campaign, "stepwise", round=0, neutral_false=True)
    assert stepwise["export"] == {
        "format": "stepwise", "asked": {"round": 0, "neutral_false": True}, "rows": 2, "neutral_steps_are": False,
    }  # fmt: skip
    scored = data_cards.card(campaign, "scored")
    assert (scored["export"]["rows"], scored["labels"]["labels"]) == (scored["pool"]["solutions"], 0)
    assert "No label." in as_markdown(scored)


def test_a_card_costs_the_same_however_much_there_is(campaign: Campaign) -> None:
    def cost() -> int:
        with CaptureQueriesContext(
            connection,
        ) as few:
            data_cards.card(campaign, "prm800k", include_external=True)
        return len(few)

    labeled(campaign)
    make.make_agreement(campaign, FIGURES)
    before = cost()
    for number in range(1, 4):
        person = make.make_labeler(campaign)
        of = make.make_round(campaign, number, state="closed")
        item = make.make_item(round=of, state="labeled")
        label_in(campaign, [1, -1], item=item, labeler=person, guide=make.make_guide(campaign))
    assert cost() == before <= MOST_QUERIES


def test_page_api_and_command_give_the_same_card(campaign: Campaign, owner: User, tmp_path: Path) -> None:
    labeled(campaign)
    client = signed_in(owner)
    asked = "?format=stepwise&round=0&neutral_false=true"
    page = client.get(f"/campaigns/{campaign.slug}/export/card/{asked}")
    api = client.get(f"/api/v1/campaigns/{campaign.slug}/export/card/{asked}")
    assert page["Content-Disposition"].endswith('-stepwise-card.md"')
    assert "A neutral step is `false`" in page.content.decode()
    paths = [tmp_path / "card.md", tmp_path / "card.json"]
    for path in paths:
        call_command(
            "export_labels", campaign=campaign.slug, format="stepwise", round=0, neutral_false=True,
            out=tmp_path / "rows", card=path,
        )  # fmt: skip
    without_time = {"made_at": ""}
    assert api.json() | without_time == json.loads(paths[1].read_text()) | without_time
    assert [line for line in paths[0].read_text().splitlines() if "- Made:" not in line] == [
        line for line in page.content.decode().splitlines() if "- Made:" not in line
    ]
    twin = client.get(f"/campaigns/{campaign.slug}/export/card/{asked}&shape=json")
    assert json.loads(twin.content) | without_time == api.json() | without_time
    markdown = client.get(f"/api/v1/campaigns/{campaign.slug}/export/card/{asked}&shape=markdown")
    assert markdown["Content-Type"].startswith("text/markdown")
    refused = client.get(f"/campaigns/{campaign.slug}/export/card/?format=stepwise&round=9")
    assert "There is no round 9 here" in text_of(refused)


def test_a_card_lies_beside_every_file_of_rows(campaign: Campaign, tmp_path: Path) -> None:
    labeled(campaign)
    wanted = {"campaign": campaign.slug, "stderr": StringIO()}
    call_command("export_labels", format="stepwise", out=tmp_path / "rows.jsonl", **wanted)
    card = (tmp_path / "rows.jsonl.card.md").read_text()
    assert "stepwise" in card
    call_command("export_labels", format="stepwise", out=tmp_path / "bare.jsonl", no_card=True, **wanted)
    call_command("export_labels", format="stepwise", stdout=StringIO(), **wanted)
    assert {path.name for path in tmp_path.iterdir()} == {"rows.jsonl", "rows.jsonl.card.md", "bare.jsonl"}


def test_a_card_counts_samples_and_distinct_texts(campaign: Campaign) -> None:
    first, *_others = fill_pool(campaign, problems=1, solutions=3)
    make.make_solution(first.problem, duplicate_of=first)
    pool = data_cards.card(campaign, "prm800k")["pool"]
    assert (pool["solutions"], pool["distinct_texts"]) == (4, 3)
