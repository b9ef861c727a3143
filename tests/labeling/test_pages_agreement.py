"""The page that says how far labelers agree: what a job left, how old it is, and asking for it anew."""

import csv
import io
from collections.abc import Callable

import pytest
from django.contrib.auth.models import User
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from labeling.actions import agreements, jobs, problems, rounds
from labeling.agreement_report import report
from labeling.models import RATINGS, AgreementReport, Campaign, Job, JobKind, Labeler
from tests import factories as make
from tests.labeling.pages import signed_in, text_of
from workers import pipeline

ADDRESS = "/campaigns/campaign/agreement/"


@pytest.fixture
def lead(owner: User) -> Client:
    return signed_in(owner)


LabelByTwo = Callable[[list[int], list[int]], None]


@pytest.fixture
def label_by_two(campaign: Campaign, labeler: User, owner: User) -> LabelByTwo:
    of = make.make_round(campaign, 3)

    def label(one: list[int], other: list[int]) -> None:
        solution = make.make_solution(make.make_problem(campaign, subject="Algebra"))
        for account, ratings in ((labeler, one), (owner, other)):
            item = make.make_item(solution, of, "labeled")
            make.make_label(item=item, labeler=labeler_of(campaign, account), ratings=ratings)

    return label


def labeler_of(campaign: Campaign, account: User) -> Labeler:
    return campaign.labelers.filter(account=account).first() or make.make_labeler(campaign, account)


def computed(campaign: Campaign) -> None:
    """What a worker does when it is asked."""
    job = jobs.claim(jobs.request(campaign=campaign, kind=JobKind.AGREEMENT).pk, claimed_by="test")
    assert job is not None
    pipeline.run(job)
    job.refresh_from_db()
    assert job.state == "done", job.error


def table(client: Client, name: str) -> list[list[str]]:
    answer = client.get(f"{ADDRESS}download/{name}/")
    return list(csv.reader(io.StringIO(b"".join(answer.streaming_content).decode())))


def test_the_job_leaves_figures_that_the_page_and_its_tables_show(
    campaign: Campaign, lead: Client, label_by_two: LabelByTwo, labeler: User, owner: User
) -> None:
    label_by_two([1, -1], [1, -1])
    label_by_two([1, 1, 1], [1, -1])
    gave_up, decided = (make.make_solution(make.make_problem(campaign)) for _ in range(2))
    for account in (labeler, owner):
        make.make_label(gave_up, labeler_of(campaign, account), ratings=[1], finish_reason="give_up", reason="long")
    make.make_label(decided, labeler_of(campaign, owner), ratings=[-1])
    make.make_label(decided, make.make_labeler(campaign, kind="final"), ratings=[1, 1, 1])
    elsewhere = make.make_solution(make.make_problem(make.make_campaign("other")))
    for _ in range(2):
        make.make_label(elsewhere)

    computed(campaign)
    computed(campaign)

    kept = AgreementReport.objects.get()
    assert (kept.labels, kept.figures["all"]["pairs"], kept.job.result) == (4, 2, {"pairs": 2})
    said = text_of(lead.get(ADDRESS))
    assert "Two people put the first error at the same step 50\N{NO-BREAK SPACE}% of the time" in said
    assert "2 pairs of labels were compared." in said
    assert "from 4 labels. No label came in since." in said
    for word in ("Each labeler against all others", "labeler and owner", "Algebra", "By round"):
        assert word in said

    label_by_two([1, -1], [1, -1])
    assert "2 labels came in since." in text_of(lead.get(ADDRESS))
    head, one = table(lead, "pairs")
    assert head[:4] == ["group", "pairs", "solutions", "exact"]
    assert one[:4] == ["labeler and owner", "2", "2", "0.5"]
    assert [row[:4] for row in table(lead, "rounds")[1:]] == [["3", "2", "2", "0.5"]]
    steps = [[round(float(cell), 2) for cell in row[:5]] for row in table(lead, "steps")[1:]]
    assert steps == [[1, 1, 0.34, 1, 2], [2, 0.5, 0.09, 0.91, 2]]
    head, first, second = table(lead, "steps")
    assert dict(zip(head, first, strict=True))["same_error"] == ""
    assert [dict(zip(head, second, strict=True))[name] for name in ("same_error", "same_error_count")] == ["0.5", "2"]
    assert "interval not known yet" in said
    assert ["1", "-1", "1"] in table(lead, "ratings")
    assert len(table(lead, "labelers")) == 3
    assert len(table(lead, "subjects")) == len(table(lead, "all")) == 2
    assert lead.get(f"{ADDRESS}download/nothing/").status_code == 404
    over_the_api = lead.get("/api/v1/campaigns/campaign/agreement/").json()
    assert (over_the_api["labels"], over_the_api["labels_since"], over_the_api["figures"]) == (4, 2, kept.figures)


def test_consensus_stands_beside_the_majority_with_links_to_where_they_differ(
    campaign: Campaign,
    lead: Client,
    labeler: User,
    owner: User,
    stranger: User,
    django_assert_max_num_queries: DjangoAssertNumQueries,
) -> None:
    """The stranger calls everything good. Of the last two solutions the majority is undecided."""
    people = [labeler_of(campaign, account) for account in (labeler, owner, stranger)]
    for said in [("+-", "+-", "++"), ("++", "++", "++"), ("0+", "0+", "++")] * 3 + [("+-", "", "++"), ("", "-", "++")]:
        solution = make.make_solution(make.make_problem(campaign, text="How many?"))
        for person, signs in zip(people, said, strict=True):
            if signs:
                make.make_label(solution, person, ratings=[RATINGS[sign] for sign in signs])
    computed(campaign)

    with django_assert_max_num_queries(12):
        said = text_of(lead.get(ADDRESS)).replace("\N{NO-BREAK SPACE}", " ")
    assert "Of 11 solutions both put the first error at the same place in 82 % (52 % to 95 %)." in said
    assert "In 0 the consensus puts it elsewhere. In 2 the majority is undecided." in said
    assert f'href="/campaigns/campaign/solutions/{solution.pk}/">How many?</a>' in said
    assert "<td>undecided at step 1</td><td>step 1</td>" in said
    assert ["undecided", "-1", "2"] in table(lead, "consensus")
    told = table(lead, "differences")
    assert told[0] == ["solution", "labels", "majority", "consensus", "probability"]
    assert sorted(row[1:4] for row in told[1:]) == [["2", "undecided", "1"], ["2", "undecided", "2"]]
    assert "Which of the two is right" not in said, "nothing is known"
    skills = table(lead, "skills")
    assert skills[0] == ["labeler", "is", "says", "share", "low", "high", "steps"]
    assert [(row[0], round(float(row[3]))) for row in skills if row[1:3] == ["-1", "1"]] == [
        ("labeler", 0),
        ("owner", 0),
        ("stranger", 1),
    ]

    kept = AgreementReport.objects.get()
    kept.figures |= {"consensus": None}
    kept.save()
    assert "takes three or more who labeled the same solutions" in text_of(lead.get(ADDRESS))
    assert len(table(lead, "skills")) == 1
    del kept.figures["consensus"]
    kept.save()
    assert "onsensus" not in text_of(lead.get(ADDRESS)), "a report of before still shows"


def test_without_figures_the_page_says_what_brings_some(campaign: Campaign, lead: Client, stranger: User) -> None:
    make.make_membership(campaign, stranger, role="reviewer")
    said = text_of(lead.get(ADDRESS))
    assert "How far people agree is not known yet" in said
    assert ">Compute</button>" in said
    assert ">Compute</button>" not in text_of(signed_in(stranger).get(ADDRESS)), "reviewers read"
    assert lead.get(f"{ADDRESS}download/all/").status_code == 404

    make.make_agreement(campaign, report([], lambda *_: None), labels=0, last_label=0)
    assert "No solution has labels of two people yet" in text_of(lead.get(ADDRESS))


def test_a_lead_asks_and_sees_how_far_it_is(campaign: Campaign, lead: Client, owner: User, stranger: User) -> None:
    make.make_membership(campaign, stranger, role="reviewer")
    assert signed_in(stranger).post(f"{ADDRESS}compute/").status_code == 403
    assert not Job.objects.exists()
    api = "/api/v1/campaigns/campaign/agreement/"
    assert lead.get(api).status_code == 404
    assert lead.post(api, content_type="application/json").json()["kind"] == "agreement"

    for _ in range(2):
        assert lead.post(f"{ADDRESS}compute/", follow=True).redirect_chain == [(ADDRESS, 302)]
    job = Job.objects.get()
    assert (job.kind, job.state, job.requested_by) == ("agreement", "requested", owner)
    assert set(campaign.events.values_list("verb", flat=True)) == {"agreement.requested"}

    piece = lead.get(ADDRESS, headers={"HX-Request": "true"})
    assert "The comparison of labels waits for a worker" in text_of(piece)
    assert "No worker is alive" in text_of(piece)
    assert "HX-Refresh" not in piece.headers
    Job.objects.update(state="failed", error="It did not work.", finished_at=make.A_MOMENT)
    ended = lead.get(ADDRESS, headers={"HX-Request": "true"})
    assert "It did not work." in text_of(ended)
    assert ended["HX-Refresh"] == "true"


@pytest.mark.parametrize(("overlap", "has_report", "asks"), [(2, False, True), (1, False, False), (1, True, True)])
def test_a_round_that_closes_asks_where_there_is_something_to_compare(
    campaign: Campaign, owner: User, overlap: int, has_report: bool, asks: bool
) -> None:
    of = make.make_round(campaign, overlap=overlap)
    if has_report:
        make.make_agreement(campaign, {})
    rounds.close_round(of=of, by=owner)
    assert campaign.jobs.filter(kind="agreement", state="requested").exists() is asks


def test_the_page_asks_as_often_for_many_labels_as_for_few(
    campaign: Campaign, lead: Client, label_by_two: LabelByTwo, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    for _ in range(8):
        label_by_two([1, -1], [1, 0, 1])
    last = agreements.last_label(campaign)
    columns = ("solution", "labeler", "ratings", "round__number", "problem__subject")
    rows = agreements.compared(campaign, last).values_list(*columns)
    names = ("solution", "labeler", "ratings", "round", "subject")
    figures = report((dict(zip(names, row, strict=True)) for row in rows), lambda *_: None)
    make.make_agreement(campaign, figures, last_label=last)

    with django_assert_max_num_queries(11):
        assert "labeler and owner" in text_of(lead.get(ADDRESS))


def test_labelers_do_not_see_it(campaign: Campaign, labeler: User, stranger: User) -> None:
    for address in (ADDRESS, f"{ADDRESS}compute/", f"{ADDRESS}download/all/"):
        assert signed_in(labeler).get(address).status_code == 404
        assert signed_in(stranger).get(address).status_code == 404


def test_neutral_against_positive_is_told_with_its_interval_where_it_was_computed(
    campaign: Campaign, lead: Client, label_by_two: LabelByTwo
) -> None:
    label_by_two([0, 1], [1, 0])
    computed(campaign)

    said = text_of(lead.get(ADDRESS)).replace("\N{NO-BREAK SPACE}", " ")
    assert "Against 2 neutral ratings the other said positive in 100 % (21 % to 100 %)." in said
    head, one = table(lead, "all")
    assert dict(zip(head, one, strict=True))["neutral_positive"] == "1.0"
    assert dict(zip(head, one, strict=True))["neutral_positive_count"] == "2"

    kept = AgreementReport.objects.get()
    del kept.figures["all"]["neutral_positive"]
    kept.save()
    assert "neutral ratings the other" not in text_of(lead.get(ADDRESS)), "a report of before still shows"
    head, one = table(lead, "all")
    assert dict(zip(head, one, strict=True))["neutral_positive"] == ""


def test_majority_and_consensus_are_judged_by_gold_and_by_decisions(
    campaign: Campaign, lead: Client, labeler: User, owner: User, stranger: User
) -> None:
    """The stranger calls everything good. One retired gold and one of nobody's labels judge nothing."""
    people = [labeler_of(campaign, account) for account in (labeler, owner, stranger)]
    solutions = []
    for said in [("+-", "+-", "++"), ("++", "++", "++"), ("0+", "0+", "++")] * 3 + [("", "+-", "++")]:
        solutions.append(make.make_solution(make.make_problem(campaign), steps=["a", "b"]))
        for person, signs in zip(people, said, strict=True):
            if signs:
                make.make_label(solutions[-1], person, ratings=[RATINGS[sign] for sign in signs])
    first, good, judged_good, also, again, *_rest, undecided = solutions
    make.make_gold(first, accepted="61")
    make.make_gold(good, accepted="66")
    make.make_gold(undecided, accepted="61")
    make.make_gold(judged_good, accepted="1", use="retired")
    make.make_gold(make.make_solution(make.make_problem(campaign)), accepted="1")
    make.make_gold(again, accepted="1")
    final = make.make_labeler(campaign, kind="final")
    for solution, ratings in ((also, [-1]), (again, [1, 1])):  # a decision goes before gold
        make.make_label(solution, final, ratings=ratings)

    computed(campaign)

    head, *rows = table(lead, "right")
    assert head[:4] == ["known_by", "solutions", "majority", "majority_low"]
    told = {row[0]: [round(float(cell), 2) for cell in (row[1], row[2], row[5])] for row in rows}
    assert told == {"gold": [3, 0.67, 1], "decision": [2, 0.5, 0.5]}
    page = text_of(lead.get(ADDRESS)).replace("\N{NO-BREAK SPACE}", " ")
    assert "<td>Gold</td>" in page
    assert "67 % <small>21 % to 94 %</small>" in page

    kept = AgreementReport.objects.get()
    del kept.figures["consensus"]["right"]
    kept.save()
    assert "Which of the two is right" not in text_of(lead.get(ADDRESS)), "a report of before still shows"
    assert len(table(lead, "right")) == 1


def test_agreement_is_of_the_work_and_gold_stands_apart(
    campaign: Campaign, lead: Client, label_by_two: LabelByTwo, labeler: User, owner: User
) -> None:
    """Of the work the first errors are the same in one of two; of gold in one of one, with the key no vote."""
    label_by_two([1, -1], [1, -1])
    label_by_two([1, 1, 1], [1, -1])
    people = [labeler_of(campaign, account) for account in (labeler, owner)]
    screened, excluded, checked = (make.make_solution(make.make_problem(campaign)) for _ in range(3))
    key = make.make_label(checked, make.make_labeler(campaign, kind="external"), [-1], origin="first_error")
    make.make_gold(checked, accepted="1", source="imported", label=key)
    for person, ratings in zip(people, ([1, -1], [-1]), strict=True):
        item = make.make_item(screened, state="labeled", purpose="screening", reserved_for=person)
        make.make_label(item=item, labeler=person, ratings=ratings)
        make.make_label(item=make.make_item(excluded, state="labeled"), labeler=person, ratings=ratings)
        item = make.make_item(checked, state="labeled", purpose="gold", reserved_for=person)
        make.make_label(item=item, labeler=person, ratings=[-1])
    problems.move([excluded.problem], to="excluded")

    computed(campaign)

    _head, work, gold = table(lead, "all")
    assert [work[:4], gold[:4]] == [["campaign", "2", "2", "0.5"], ["gold", "1", "1", "1.0"]]
    assert [row[:2] for row in table(lead, "labelers")[1:]] == [["labeler", "2"], ["owner", "2"]]
    said = text_of(lead.get(ADDRESS))
    assert "<td>The campaign’s work</td>" in said
    assert "<td>Gold</td>" in said
    assert "from 6 labels. No label came in since." in said


def test_where_only_gold_has_several_labels_the_page_says_so(campaign: Campaign, lead: Client) -> None:
    checked = make.make_gold(make.make_solution(make.make_problem(campaign))).solution
    for _ in range(3):
        person = make.make_labeler(campaign)
        item = make.make_item(checked, state="labeled", purpose="gold", reserved_for=person)
        make.make_label(item=item, labeler=person)

    computed(campaign)

    said = text_of(lead.get(ADDRESS))
    assert "But for gold no solution has labels of two people yet" in said
    assert "<td>Gold</td>" in said
    assert f"<td>{person.name}</td>" in said, "measured by the consensus"
    assert "Which ratings stand against which" not in said
