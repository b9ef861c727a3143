"""Final answers as text: where a solution states one, and one spelling for answers that differ in spelling alone."""

import re
from collections.abc import Sequence
from fractions import Fraction

_NUMBER = re.compile(r"-?(\d+\.?\d*|\.\d+)")
_BOXED = re.compile(r"\\f?boxed\s*\{")
_HEADING = re.compile(r"#{1,6}[ \t]*(?:final[ \t]+)?answer[ \t]*:?[ \t]*\n+(.+)", re.IGNORECASE)
_GSM8K_END = re.compile(r"^(?:####|A:)[ \t]*(.+?)[ \t]*$", re.MULTILINE)
_SENTENCE = re.compile(
    r"\b(?:final[ \t]+answer|answer)(?:[ \t]+is|:)[ \t]*:?[ \t]*(.+?)(?:\.?[ \t]*$|\.[ \t])",
    re.IGNORECASE | re.MULTILINE,
)
_ALIASES = (
    (r"\\(?:left|right|displaystyle|mathstrut|!|,|;|:|quad|qquad)(?![a-zA-Z])", ""),
    (r"\\[dt]frac(?![a-zA-Z])", r"\\frac"),
    (r"\\(?:text|textbf|mathrm|mathbf|textrm|mbox)\s*\{([^{}]*)\}", r"\1"),
    (r"\^\s*\{?\s*\\circ\s*\}?|\\degree|°", ""),
    (r"\\%", "%"),
    (r"\\\$|\$|\\[()\[\]]", ""),
    (r"\\ |~", " "),
    (r"[−–]", "-"),
    (r"\\frac\s*(\d)\s*(\d)", r"\\frac{\1}{\2}"),
    (r"\\sqrt\s*(\d)", r"\\sqrt{\1}"),
    (r"^\s*[a-zA-Z]\s*=\s*", ""),
    (r"(?<![\d.])\.(?=\d)", "0."),
    (r"(?<=\d),(?=\d{3}(?!\d))", ""),
    (r"(?<=\d)\s+(?=\d+\s*/\s*\d)", "+"),  # 7 3/4 is 7 + 3/4
)
_RULES = tuple((re.compile(pattern), replacement) for pattern, replacement in _ALIASES)


def final_answer(steps: Sequence[str]) -> str | None:
    """The final answer that a solution states, None where it states none.

    In this order: the last \\boxed{…}, a heading "# Answer", GSM8K's closing "A: …" or "#### …", and the last sentence
    of the kind "The answer is …".
    """
    text = "\n\n".join(steps)
    boxed = _last_boxed(text)
    if boxed is not None:
        return boxed
    for pattern in (_HEADING, _GSM8K_END, _SENTENCE):
        found = pattern.findall(text)
        if found and found[-1].strip():
            return str(found[-1]).strip()
    return None


def normalized(answer: str) -> str:
    """One spelling: without markup that changes no value, without spaces; words in lower case."""
    text = _unboxed(answer).strip()
    for pattern, replacement in _RULES:
        text = pattern.sub(replacement, text)
    text = re.sub(r"\s+", "", text).rstrip(".")
    return text.lower() if text.isalpha() else text


def plain_number(answer: str) -> Fraction | None:
    """The value of an integer or decimal written in digits; None for anything else."""
    text = re.sub(r"(?<=\d),(?=\d{3}(?!\d))", "", _unboxed(answer).strip().strip("$").strip())
    return Fraction(text) if len(text) < 200 and _NUMBER.fullmatch(text) else None


def _unboxed(text: str) -> str:
    """What is in the box, where the whole text is one."""
    bare = text.strip().strip("$").strip()
    opening = _BOXED.match(bare)
    if opening and _closing_brace(bare, opening.end()) == len(bare) - 1:
        return bare[opening.end() : -1].strip()
    return text


def _last_boxed(text: str) -> str | None:
    for match in reversed(list(_BOXED.finditer(text))):
        end = _closing_brace(text, match.end())
        if end is not None:
            return text[match.end() : end].strip() or None
    return None


def _closing_brace(text: str, start: int) -> int | None:
    """Where the brace that was opened just before `start` is closed."""
    depth = 1
    for index in range(start, len(text)):
        depth += {"{": 1, "}": -1}.get(text[index], 0)
        if depth == 0:
            return index
    return None
