"""What the web process imports must not bring torch, transformers or sympy with it."""

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent.parent


@pytest.mark.parametrize(
    "module", ["records", "rows", "grading", "strategies", "answer_text", "score_rows", "examples"]
)
def test_light_modules_stay_light(module: str) -> None:
    heavy = "{'torch', 'transformers', 'sympy', 'math_verify', 'django'}"
    code = f"import sys, selector.{module}; print(sorted({heavy} & set(sys.modules)))"
    found = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert found.stdout.strip() == "[]"


def test_select_evaluate_and_grade_start_without_torch() -> None:
    code = "import sys, selector.__main__; print('torch' in sys.modules)"
    found = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert found.stdout.strip() == "False"
