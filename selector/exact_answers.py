"""The conservative grader: two answers are equal only where that is plain from their normalized form or by algebra.

Integers must be written as integers and fractions in the same terms, lists must agree place by place.
Expressions are read by a small reader of our own: sympy's runs the text it is given as Python.
"""

import ast
import operator
import re
from collections.abc import Callable
from typing import Any

import sympy

from selector.answer_text import normalized

_INTEGER = re.compile(r"-?\d+")
_FRACTION = re.compile(r"-?\\frac\{-?\d+\}\{-?\d+\}|-?\d+/\d+")
_REPEATING = re.compile(r"(\d*)\.(\d*)\\overline\{(\d+)\}")
_BRACKETS = ("()", "[]", "(]", "[)", "{}")
_MAX_CHARACTERS = 300
_MAX_EXPONENT = 1000
_LATEX = (
    (r"\\cdot|\\times", "*"),
    (r"\\div", "/"),
    (r"\\pi(?![a-zA-Z])", "pi"),
    (r"\\[{}]", ""),
    (r"\^", "**"),
    (r"\{", "("),
    (r"\}", ")"),
    (r"(?<=[\d)])\s*(?=[a-zA-Z(])", "*"),
    (r"(?<=\))\s*(?=[\d])", "*"),
)
_OPERATORS: dict[type[ast.AST], Callable[[Any, Any], Any]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: operator.truediv,
}


class _UnreadableError(Exception):
    """Text that is no plain arithmetic."""


def are_equal(answer: str, reference: str) -> bool:
    """Whether the answer is the reference beyond doubt; may take long on hostile input, so bound it from outside."""
    given, wanted = normalized(answer), normalized(reference)
    if given == wanted:
        return True
    if given.replace("%", "") == wanted.replace("%", ""):
        return True
    given_parts, wanted_parts = _parts(given), _parts(wanted)
    if len(given_parts) != len(wanted_parts):
        return False
    if len(wanted_parts) > 1 and given[:1] + given[-1:] != wanted[:1] + wanted[-1:]:
        return False
    return all(_is_same_value(a, b) for a, b in zip(given_parts, wanted_parts, strict=True))


def _parts(text: str) -> list[str]:
    """The places of a tuple, an interval or a list; one part for everything else."""
    inner = text[1:-1] if text[:1] + text[-1:] in _BRACKETS else text
    parts, depth, start = [], 0, 0
    for index, sign in enumerate(inner):
        depth += {"(": 1, "[": 1, "{": 1, ")": -1, "]": -1, "}": -1}.get(sign, 0)
        if sign == "," and depth == 0:
            parts.append(inner[start:index])
            start = index + 1
    parts.append(inner[start:])
    return parts if len(parts) > 1 else [text]


def _is_same_value(given: str, wanted: str) -> bool:
    if given == wanted:
        return True
    if bool(_INTEGER.fullmatch(given)) != bool(_INTEGER.fullmatch(wanted)):
        return False
    if _FRACTION.fullmatch(given) and _FRACTION.fullmatch(wanted):
        return _slashed(given) == _slashed(wanted)
    try:
        return bool(sympy.simplify(_value(given) - _value(wanted)) == 0)
    except (_UnreadableError, ArithmeticError, TypeError, ValueError, RecursionError, AttributeError):
        return False


def _slashed(fraction: str) -> str:
    return re.sub(r"\\frac\{(-?\d+)\}\{(-?\d+)\}", r"\1/\2", fraction)


def _value(text: str) -> sympy.Expr:
    repeating = _REPEATING.fullmatch(text)
    if repeating:
        whole, head, cycle = repeating.groups()
        scale = 10 ** len(head)
        return sympy.Rational(int(whole + head or "0"), scale) + sympy.Rational(
            int(cycle), scale * (10 ** len(cycle) - 1)
        )
    if len(text) > _MAX_CHARACTERS:
        raise _UnreadableError
    try:
        return _expression(ast.parse(_as_arithmetic(text), mode="eval").body)
    except (SyntaxError, MemoryError):
        raise _UnreadableError from None


def _as_arithmetic(text: str) -> str:
    """LaTeX as the arithmetic that Python's grammar knows; what is left over makes it unreadable."""
    before = ""
    while before != text:
        before = text
        text = re.sub(r"(?<=\d)\\frac\{([^{}]*)\}\{([^{}]*)\}", r"+((\1)/(\2))", text)
        text = re.sub(r"\\frac\{([^{}]*)\}\{([^{}]*)\}", r"((\1)/(\2))", text)
        text = re.sub(r"\\sqrt\{([^{}]*)\}", r"root(\1)", text)
    for pattern, replacement in _LATEX:
        text = re.sub(pattern, replacement, text)
    return text.replace("root*(", "root(")


def _expression(node: ast.AST) -> sympy.Expr:
    if isinstance(node, ast.Constant) and type(node.value) in (int, float):
        return sympy.Rational(str(node.value))
    if isinstance(node, ast.Name) and (len(node.id) == 1 or node.id == "pi"):
        return sympy.pi if node.id == "pi" else sympy.Symbol(node.id)
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub):
        return -_expression(node.operand)
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Pow):
        base, exponent = _expression(node.left), _expression(node.right)
        if exponent.is_number and abs(exponent) > _MAX_EXPONENT:
            raise _UnreadableError
        return base**exponent
    if isinstance(node, ast.BinOp) and type(node.op) in _OPERATORS:
        return _OPERATORS[type(node.op)](_expression(node.left), _expression(node.right))
    if (
        isinstance(node, ast.Call)
        and isinstance(node.func, ast.Name)
        and node.func.id == "root"
        and len(node.args) == 1
    ):
        return sympy.sqrt(_expression(node.args[0]))
    raise _UnreadableError
