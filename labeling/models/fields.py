"""A column for JSON that must come out as it went in."""

from typing import Any

import orjson
from django.db import models


class JSONText(models.TextField):
    """JSON kept as text: order of keys and spelling survive, which jsonb would not promise, and any size compresses."""

    # For the type checker: any JSON value is written and read.
    _pyi_private_set_type: Any
    _pyi_private_get_type: Any

    def from_db_value(self, value: str | None, expression: object, connection: object) -> Any:
        return None if value is None else orjson.loads(value)

    def to_python(self, value: Any) -> Any:
        return orjson.loads(value) if isinstance(value, str) else value

    def get_prep_value(self, value: Any) -> str | None:
        return None if value is None else orjson.dumps(value).decode()

    def value_to_string(self, obj: models.Model) -> str:
        return self.get_prep_value(self.value_from_object(obj)) or ""
