"""Labels that come in with rows: whose they are, and what of them goes into columns."""

from dataclasses import dataclass
from datetime import UTC, datetime
from uuid import UUID, uuid5

from labeling.actions.staging.bulk import Row, Table
from labeling.actions.staging.names import as_json
from labeling.models import SIGNS, Campaign, FinishReason, Label, Labeler, LabelerKind, Mode, Origin
from selector.rows import LabelRow, RowError

LABELS = Table(
    Label, "problem", "solution", "labeler", "origin", "mode", "ratings", "flagged", "alternatives", "steps",
    "finish_reason", "reason", "total_time_ms", "step_times_ms", "shown", "submission_hash", "submitted_at",
    "revision_reason", "is_current", "import_job", "import_key", "source",
)  # fmt: skip
MAX_NAME = 200
MAX_MILLISECONDS = 2**63 - 1
CACHED_LABELERS = 10_000  # a file may name a new one in every row


class Labelers:
    """Labelers from elsewhere, in one campaign, by the names that rows give them; made when first named."""

    def __init__(self, campaign: Campaign) -> None:
        self._campaign = campaign
        self._ids: dict[tuple[str, bool], int] = {}

    def id_of(self, name: str, *, is_simulated: bool = False) -> int:
        """The labeler's id. Raises RowError for a name that cannot be that of a labeler from elsewhere."""
        found = self._ids.get((name, is_simulated))
        if found is None:
            if len(self._ids) >= CACHED_LABELERS:
                self._ids.clear()
            found = self._ids[name, is_simulated] = self._find_or_make(name, is_simulated=is_simulated)
        return found

    def _find_or_make(self, name: str, *, is_simulated: bool) -> int:
        if len(name) > MAX_NAME:
            raise RowError("labeler", f"a name of at most {MAX_NAME} characters, not {len(name):,}")
        pseudonym, kind = _as_uuid(name), LabelerKind.SIMULATED if is_simulated else LabelerKind.EXTERNAL
        of_campaign = Labeler.objects.filter(campaign=self._campaign)
        if pseudonym is None and not is_simulated:
            return of_campaign.get_or_create(campaign=self._campaign, kind=kind, name=name)[0].pk
        labeler, _ = of_campaign.get_or_create(
            campaign=self._campaign,
            # Two imports at once make one labeler of a name: the constraint on pseudonyms sees to it.
            uuid=pseudonym or uuid5(self._simulated, name),
            defaults={"kind": kind, "name": "" if pseudonym else name},
        )
        if labeler.account_id is not None or labeler.kind == LabelerKind.PERSON:
            raise RowError(
                "labeler", f"a labeler from elsewhere: {name} labels here, so this row is an export of this campaign"
            )
        if labeler.kind != kind:
            raise RowError("simulated", f"what earlier rows said of {name}, who is “{labeler.kind}” here")
        return labeler.pk

    @property
    def _simulated(self) -> UUID:
        """Under which pseudonyms of named simulated labelers are made: others in each campaign."""
        return uuid5(UUID(int=self._campaign.pk), "simulated")


def _as_uuid(name: str) -> UUID | None:
    """A pseudonym in its one usual spelling; anything else is a name, and comes out again as it is."""
    try:
        found = UUID(name)
    except ValueError:
        return None
    return found if str(found) == name else None


@dataclass(slots=True)
class ReadLabel:
    """A label that is ready to be written, but for the ids of its problem and solution."""

    key: bytes
    labeler_id: int
    origin: str
    mode: str
    ratings: str
    finish_reason: str
    submitted_at: datetime
    total_time_ms: int = 0
    flagged: bytes = b"[]"
    alternatives: bytes = b"[]"
    steps: bytes | None = None
    source: str | None = None

    def row(self, *, problem_id: int, solution_id: int | None, job_id: int) -> Row:
        """The values of `LABELS`."""
        return (
            problem_id, solution_id, self.labeler_id, self.origin, self.mode, self.ratings, self.flagged,
            self.alternatives, self.steps, self.finish_reason, "", self.total_time_ms, b"[]", b"{}", "",
            self.submitted_at, "", True, job_id, self.key, self.source,
        )  # fmt: skip


def first_error(label: LabelRow, *, step_count: int, key: bytes, labeler_id: int, submitted_at: datetime) -> ReadLabel:
    """All steps in front of the first error are good; without an error all are."""
    index = label.first_error_index
    return ReadLabel(
        key=key,
        labeler_id=labeler_id,
        origin=Origin.FIRST_ERROR.value,
        mode=Mode.SOLUTION.value,
        ratings="+" * step_count if index is None else "+" * index + "-",
        finish_reason=(FinishReason.SOLUTION if index is None else FinishReason.FOUND_ERROR).value,
        submitted_at=submitted_at,
    )


def prm800k(label: LabelRow, *, key: bytes, labeler_id: int) -> ReadLabel:
    """A PRM800K row; in solution mode what was rated is in columns, else the row's steps are kept as they are."""
    facts, raw = label.prm800k, label.raw
    if facts is None or raw is None:
        raise TypeError("a PRM800K label comes with its row")
    if not 0 <= facts.total_time <= MAX_MILLISECONDS:
        raise RowError("label.total_time", "milliseconds, 0 or more")
    steps = raw["label"]["steps"]
    read = ReadLabel(
        key=key,
        labeler_id=labeler_id,
        origin=Origin.PRM800K.value,
        mode=facts.mode,
        ratings="",
        finish_reason=facts.finish_reason,
        submitted_at=_time(facts.timestamp),
        total_time_ms=facts.total_time,
        source=label.text,
    )
    if facts.mode == Mode.CANDIDATES:
        read.steps = as_json(steps, "label.steps")
        return read
    read.ratings = "".join(SIGNS[rating] for rating in facts.ratings)
    first = [(step["completions"] or [{}])[0] for step in steps]
    read.flagged = as_json(
        [index for index, completion in enumerate(first) if completion.get("flagged")], "label.steps"
    )
    if label.first_error_index is not None:
        read.alternatives = as_json(steps[label.first_error_index]["completions"][1:], "label.steps")
    return read


def _time(text: str) -> datetime:
    try:
        time = datetime.fromisoformat(text)
        return time.replace(tzinfo=UTC) if time.tzinfo is None else time.astimezone(UTC)
    except (ValueError, OverflowError):
        raise RowError("timestamp", f"a time such as 2022-07-30T23:23:32.118856, not {text[:60]!r}") from None
