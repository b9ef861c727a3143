"""What a claim and a label cost must not grow with the queue: both databases read a few entries of one index.

Measured by the plans themselves: a planner knows nothing of rows that came a moment ago, and after ANALYZE it knows
how many there are; in both cases it must neither sort nor read the whole queue.
"""

import pytest
from django.db import connection

from labeling.models import Campaign, Label, Labeler, QueueItem, Round
from tests import factories as make

pytestmark = pytest.mark.django_db

ITEMS = 6_000
BEHIND = 1_500


@pytest.fixture
def of(campaign: Campaign, ada: Labeler) -> Round:
    """A long round with overlap 2 whose first items ada has labeled."""
    of = make.make_round(campaign, overlap=2)
    first = make.make_solution(make.make_problem(campaign))
    copies = [clone(first, index) for index in range(ITEMS // 2)]
    solutions = type(first).objects.bulk_create(copies)
    QueueItem.objects.bulk_create(
        QueueItem(
            campaign=campaign,
            round=of,
            solution=solution,
            place=place,
            state="labeled" if place < BEHIND else "waiting",
        )
        for place, solution in enumerate(solutions * 2)
    )
    example = make.make_label(first, ada)
    Label.objects.filter(pk=example.pk).delete()
    Label.objects.bulk_create(
        Label(
            problem=first.problem,
            solution=solution,
            labeler=ada,
            ratings="-",
            finish_reason="found_error",
            submission_id=make.uuid.uuid4(),
            submitted_at=make.A_MOMENT,
        )
        for solution in solutions[:BEHIND]
    )
    return of


def clone(solution: make.Solution, index: int) -> make.Solution:
    return make.Solution(
        problem=solution.problem,
        import_job=solution.import_job,
        identity=make.uuid.uuid4(),
        content_hash=make.uuid.uuid4(),
        external_id=f"copy {index}",
        steps=solution.steps,
        step_count=solution.step_count,
    )


@pytest.fixture(params=["nothing known", "analyzed"])
def _known(request: pytest.FixtureRequest, of: Round) -> None:
    if request.param == "analyzed":
        with connection.cursor() as cursor:
            cursor.execute("ANALYZE")


def next_items(campaign: Campaign, labeler: Labeler) -> object:
    waiting = QueueItem.objects.filter(campaign=campaign).waiting().new_to(labeler).not_skipped_by(labeler)
    return waiting.order_by("place").values_list("pk", flat=True)[:16]


@pytest.mark.usefixtures("_known")
def test_the_next_items_are_read_from_the_index_of_waiting_ones(campaign: Campaign, ada: Labeler, of: Round) -> None:
    plan = next_items(campaign, ada).explain()  # type: ignore[attr-defined]

    assert "queue_item_waiting" in plan
    assert "Sort" not in plan
    assert "TEMP B-TREE" not in plan
    assert "Hash" not in plan


@pytest.mark.usefixtures("_known")
def test_an_unfinished_item_of_a_round_is_read_from_the_end_of_its_index(of: Round) -> None:
    plan = of.items.unfinished()[:1].explain()

    assert "queue_item_unfinished_of_round" in plan
    assert "Sort" not in plan
    assert "TEMP B-TREE" not in plan
