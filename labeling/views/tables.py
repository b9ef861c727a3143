"""Tables to take along: CSV, streamed, with nothing that a spreadsheet would take for a formula."""

import csv
import re
from collections.abc import Iterable, Iterator, Sequence

from django.http import StreamingHttpResponse

# Blanks and what is not printed are passed over when a table is read, some spreadsheets take wide signs for the others,
# and a line or a tab at the beginning may end the cell.
FORMULA = re.compile(r"[\t\r\n]|[\s\0-\x1f\ufeff\u200b-\u200f\u2060]*[=+\-@＝＋－＠]")


def csv_file(name: str, head: Sequence[str], rows: Iterable[Sequence[object]]) -> StreamingHttpResponse:
    """The rows under their head, as a file of this name. A cell of None is empty; numbers stay numbers."""
    response = StreamingHttpResponse(_lines(head, rows), content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{name}.csv"'
    return response


class _Line:
    """A file for the csv module that gives each line back instead of keeping it."""

    def write(self, line: str) -> str:
        return line


def _lines(head: Sequence[str], rows: Iterable[Sequence[object]]) -> Iterator[str]:
    writer = csv.writer(_Line())
    yield writer.writerow(head)
    for row in rows:
        yield writer.writerow([_harmless(cell) for cell in row])


def _harmless(cell: object) -> object:
    """A spreadsheet takes a text that begins like a formula for one."""
    return f"'{cell}" if isinstance(cell, str) and FORMULA.match(cell) else cell
