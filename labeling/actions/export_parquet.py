"""Labels as a parquet file, one row per label, in row groups: memory does not grow with the campaign."""

from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from typing import Any

import orjson
from django.db.models import QuerySet

from labeling.actions.exporting import facts
from labeling.models import RATINGS, Label, LabelerKind
from selector.files import replaced

ROW_GROUP = 2_000


def write_parquet(found: QuerySet[Label], path: Path) -> int:
    """Write these labels and return how many there were. The file is there only when it is whole."""
    # Imported here: it takes a third of a second and 60 MB, which every web process would pay for a file now and then.
    import pyarrow as pa
    import pyarrow.json
    import pyarrow.parquet

    schema = _schema(pa)
    options = pa.json.ParseOptions(explicit_schema=schema, unexpected_field_behavior="error")
    count = 0
    with replaced(str(path)) as file, pa.parquet.ParquetWriter(file, schema, compression="zstd") as writer:
        for group in _groups(found):
            # By way of JSON: from Python's objects it is slower, and loads pandas (half a second) where that is.
            lines = b"\n".join(orjson.dumps(row, option=orjson.OPT_UTC_Z) for row in group)
            one_block = pa.json.ReadOptions(use_threads=False, block_size=len(lines) + 1)
            writer.write_table(pa.json.read_json(pa.BufferReader(lines), one_block, options).select(schema.names))
            count += len(group)
    return count


def _schema(pa: Any) -> Any:
    text, texts = pa.string(), pa.list_(pa.string())
    return pa.schema(
        [
            ("label_id", pa.int64()),
            ("labeler", text),
            ("is_simulated", pa.bool_()),
            ("origin", text),
            ("submitted_at", pa.timestamp("us", tz="UTC")),
            ("round", pa.int32()),
            ("purpose", text),
            ("problem_id", text),
            ("problem", text),
            ("ground_truth_answer", text),
            ("split", text),
            ("solution_id", text),
            ("generator", text),
            ("steps", texts),
            ("answer", text),
            ("answer_is_correct", pa.bool_()),
            ("mode", text),
            ("ratings", pa.list_(pa.int8())),
            ("first_error_index", pa.int32()),
            ("flagged", pa.list_(pa.int32())),
            ("alternatives", text),
            ("candidate_steps", text),
            ("finish_reason", text),
            ("reason", text),
            ("total_time_ms", pa.int64()),
            ("step_times_ms", pa.list_(pa.int64())),
            ("score", pa.float64()),
            ("guide_version", pa.int32()),
        ]
    )


def _groups(found: QuerySet[Label]) -> Iterator[list[dict[str, Any]]]:
    rows = _rows(found)
    while group := list(islice(rows, ROW_GROUP)):
        yield group


def _rows(found: QuerySet[Label]) -> Iterator[dict[str, Any]]:
    """What varies in shape (alternatives, candidate steps) is JSON in a string: parquet wants one shape per column."""
    for label in facts(found):
        yield {
            "label_id": label.id,
            "labeler": label.labeler,
            "is_simulated": label.labeler_kind == LabelerKind.SIMULATED,
            "origin": label.origin,
            "submitted_at": label.submitted_at,
            "round": label.round_number,
            "purpose": label.purpose,
            "problem_id": label.problem_id,
            "problem": label.problem,
            "ground_truth_answer": label.reference,
            "split": label.split,
            "solution_id": label.solution_id,
            "generator": label.generator,
            "steps": label.steps,
            "answer": label.answer,
            "answer_is_correct": label.answer_is_correct,
            "mode": label.mode,
            "ratings": [RATINGS[sign] for sign in label.ratings],
            "first_error_index": label.first_error_index,
            "flagged": label.flagged,
            "alternatives": orjson.dumps(label.alternatives).decode(),
            "candidate_steps": None if label.candidate_steps is None else orjson.dumps(label.candidate_steps).decode(),
            "finish_reason": label.finish_reason,
            "reason": label.reason,
            "total_time_ms": label.total_time_ms,
            "step_times_ms": label.step_times_ms,
            "score": label.score,
            "guide_version": label.guide_version,
        }
