"""Strict fields: JSON has types, so `true` is no number, `"1"` is none either, and 1 is no text."""

import json
from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _
from rest_framework import serializers

from labeling.stored_words import said

MAX_WHOLE = 2**31 - 1


class WholeNumber(serializers.IntegerField):
    """An integer, not a boolean and not a text that looks like one."""

    def __init__(self, **options: Any) -> None:
        super().__init__(**{"max_value": MAX_WHOLE} | options)

    def to_internal_value(self, data: Any) -> int:
        """The number, as it came."""
        if type(data) is not int:
            self.fail("invalid")
        return int(data)


class Number(serializers.FloatField):
    """A number, not a boolean and not a text that looks like one."""

    def to_internal_value(self, data: Any) -> float:
        """The number as a float."""
        if type(data) not in (int, float):
            self.fail("invalid")
        return float(data)


class YesNo(serializers.BooleanField):
    """true or false, nothing that merely looks like it."""

    def to_internal_value(self, data: Any) -> bool:
        """The boolean, as it came."""
        if type(data) is not bool:
            self.fail("invalid", input=data)
        return bool(data)


class Text(serializers.CharField):
    """A text, kept to the last blank; NUL and lone surrogates are refused."""

    def __init__(self, **options: Any) -> None:
        super().__init__(**{"trim_whitespace": False} | options)

    def to_internal_value(self, data: Any) -> str:
        """The text, as it came."""
        if not isinstance(data, str):
            self.fail("invalid")
        return data


class Choice(serializers.ChoiceField):
    """One of a closed list; the refusal names the list."""

    def to_internal_value(self, data: Any) -> str:
        """The choice."""
        if not isinstance(data, str) or data not in self.choices:
            raise serializers.ValidationError(
                _("Expected one of {known}.").format(known=", ".join(map(str, self.choices))), "invalid_choice"
            )
        return data


class SubmissionId(serializers.UUIDField):
    """A UUID, as a text."""

    def to_internal_value(self, data: Any) -> Any:
        """The UUID."""
        if not isinstance(data, str):
            self.fail("invalid", value=data)
        return super().to_internal_value(data)


class WholeNumbers(serializers.ListField):
    """A list of integers, checked at once: a label has hundreds of them."""

    child = WholeNumber()

    def to_internal_value(self, data: Any) -> list[int]:
        """The numbers, as they came."""
        if not isinstance(data, list):
            self.fail("not_a_list", input_type=type(data).__name__)
        if self.max_length is not None and len(data) > self.max_length:
            raise serializers.ValidationError(_("At most {limit} entries.").format(limit=self.max_length))
        for index, value in enumerate(data):
            if type(value) is not int or abs(value) > MAX_WHOLE:
                raise serializers.ValidationError(
                    _("Expected whole numbers; entry {index} is {value}.").format(index=index, value=_shortly(value))
                )
        return data


def _shortly(value: Any) -> str:
    text = json.dumps(value, ensure_ascii=False)
    return text if len(text) <= 40 else f"{text[:40]}…"


class Said(serializers.CharField):
    """A sentence that a worker kept in English, in the language of who asks."""

    def to_representation(self, value: Any) -> str:
        """The sentence anew."""
        return said(super().to_representation(value))


class Body(serializers.Serializer):
    """A request's body of which every key is known: a mistyped key is refused by name, not ignored."""

    def to_internal_value(self, data: Any) -> Any:
        """The checked values."""
        if isinstance(data, Mapping):
            unknown = [str(key) for key in data if key not in self.fields]
            if unknown:
                known = ", ".join(name for name, field in self.fields.items() if not field.read_only)
                told = _("Not a known key; known are {known}.").format(known=known) if known else _("Takes no keys.")
                raise serializers.ValidationError(dict.fromkeys(unknown, told))
        return super().to_internal_value(data)


class Nothing(Body):
    """The body of a request whose address says all."""


class Answer(serializers.Serializer):
    """The shape of an answer: for the schema, and read-only."""
