"""Tests for parsing formulas: the formulas that are accepted, and the errors for those that are rejected."""

from __future__ import annotations

import builtins
import tracemalloc

import pytest

from parallel_raster.core.errors import OptionError
from parallel_raster.core.expression.lines import parse_expression
from parallel_raster.core.expression.rasters import Raster, letter
from parallel_raster.core.expression.tree import Band, is_true_or_false, normalized_difference_of

RASTERS = (
    Raster("/data/nir.tif", ("blue", "green", "red", "nir"), ("my layer", "2020@1")),
    Raster("/data/red.tif", ("",)),
    Raster("/data/other/scene.tif", ("a:b", "Cloud", "cloud")),
)


def trees(text, rasters=RASTERS):
    return [formula.tree for formula in parse_expression(text, rasters)]


def tree(text):
    (found,) = trees(text)
    return found


def message(text, rasters=RASTERS):
    with pytest.raises(OptionError) as error:
        parse_expression(text, rasters)
    assert error.value.parameter in ("expression", "sources")
    assert "\n" not in str(error.value)
    return str(error.value)


@pytest.mark.parametrize(
    "text",
    [
        "A@4", '"A@4"', "A[4]", '"my layer@4"', '"nir@4"', '"nir.tif@4"', '"/data/nir.tif@4"', 'A["nir"]', 'A["NIR"]',
        '"2020@1@4"', " A@4\t", "A @ 4", "((A@4))", "+A@4",
    ],
)  # fmt: skip
def test_ways_to_name_a_band(text):
    assert tree(text) == Band(0, 4)


def test_upper_and_lower_case_of_a_description_count_if_both_exist():
    assert tree('C["Cloud"]') == Band(2, 2)
    assert tree('C["cloud"]') == Band(2, 3)
    assert "has 2 bands with the description" in message('C["CLOUD"]')


@pytest.mark.parametrize(
    ("number", "text"), [(0, "A"), (25, "Z"), (26, "AA"), (27, "AB"), (51, "AZ"), (52, "BA"), (199, "GR")]
)
def test_letters_go_on_after_z(number, text):
    assert letter(number) == text
    rasters = [Raster(f"{each}.tif", ("",)) for each in range(number + 1)]
    assert trees(f"{text}@1", rasters) == [Band(number, 1)]


@pytest.mark.parametrize(
    ("text", "same"),
    [
        ("A@1+A@2*A@3", "A@1+(A@2*A@3)"),
        ("A@1-A@2-A@3", "(A@1-A@2)-A@3"),
        ("A@1/A@2*A@3", "(A@1/A@2)*A@3"),
        ("A@1*A@2^2", "A@1*(A@2^2)"),
        ("A@1**2", "A@1^2"),
        ("A@1^-2", "A@1^(-2)"),
        ("2*-A@1", "2*(-A@1)"),
        ("A@1<A@2+1", "A@1<(A@2+1)"),
        ("A@1==A@2", "A@1=A@2"),
        ("A@1<>A@2", "A@1 != A@2"),
        ("A@1>1 && A@2>1 AND A@3>1", "(A@1>1) and (A@2>1) and (A@3>1)"),
        ("A@1>1||A@2>1", "A@1>1 or A@2>1"),
        ("NOT A@1>1", "not (A@1>1)"),
        ("not A@1 and A@2", "(not A@1) and A@2"),
        ("where(A@1,2,3)", "IF(A@1,2,3)"),
        ("1e2+.5+3.", "100+0.5+3"),
        ("PI", "pi"),
    ],
)
def test_precedence(text, same):
    def value(node):
        import numpy as np

        from parallel_raster.core.expression.evaluate import Values, evaluate

        numbers = np.array([0.0, 1.0, 2.0, 3.5, -1.0])
        inputs = {Band(0, band): Values(np.roll(numbers, band)) for band in range(1, 5)}
        return np.broadcast_to(evaluate(node, inputs).values, numbers.shape)

    assert value(tree(text)).tobytes() == value(tree(same)).tobytes()


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("-A@1^2", "ambiguous"),
        ("2 - -A@1^(2)", "ambiguous"),
        ("A@1^2^3", "powers cannot be chained"),
        ("A@1**2**3", "powers cannot be chained"),
        ("A@1 and A@2 or A@3", "Add parentheses"),
        ("A@1 < A@2 < A@3", "cannot be chained"),
        ("A@1 = A@2 = A@3", "cannot be chained"),
        ("1 + not A@1", "parentheses around `not"),
        ("A@5", "no band 5"),
        ("A@0", "no band 0"),
        ("A@99999999999999999999", "no band"),
        ("D@1", "A (nir.tif, 4 bands), B (red.tif, 1 band), C (scene.tif, 3 bands)"),
        ("a@1", "write `A`. The inputs are A (nir.tif, 4 bands), B (red.tif, 1 band), C (scene.tif, 3 bands)."),
        ("b", "write `B`. The inputs are A (nir.tif, 4 bands)"),
        ("foo(A)", "count, coalesce. The inputs are A (nir.tif, 4 bands)"),
        ('"nothing@1"', "no input is called"),
        ('"A"', 'Write "name@band"'),
        ('A["swir"]', "'blue' (band 1), 'green' (band 2)"),
        ('B["red"]', "use their numbers"),
        ("A@1.5", "band number is missing"),
        ("A@", "band number is missing"),
        ("A[", "band number is missing"),
        ("A[1", "a `]` is missing"),
        ("log(A@1)", "`ln`"),
        ("sqr(A@1)", "Did you mean `sqrt`?"),
        ("A(1)", "Write `A@1`"),
        ("sqrt", "Write `sqrt(...)`"),
        ("sqrt()", "takes 1 argument, not 0"),
        ("atan2(1)", "takes 2 arguments, not 1"),
        ("min()", "takes at least 1 argument, not 0"),
        ("bits(A@1, 3, 2)", "whole numbers"),
        ("bits(A@1, A@2, 3)", "whole numbers"),
        ("bits(A@1, 0, 60)", "whole numbers"),
        ("1e999", "too large"),
        ("2A@1", "follows a number"),
        ("0x10", "follows a number"),
        ("A@1 A@2", "an operator is missing"),
        ("A@1 +", "incomplete"),
        ("(A@1", "a `)` is missing for the `(` in column 1"),
        ("A@1)", "`)` is not allowed here"),
        ("A@1 * / 2", "column 7: `/` is not allowed here"),
        ("A@1 ! 2", "Write `not`"),
        ("A@1 & 2", "Write `and`"),
        ("A.b", "Write `A@1`"),
        ("'A@1'", "double quotes"),
        ('"A@1', "quote is not closed"),
        ("A@1\u00a0+ 1", "U+00A0 (NO-BREAK SPACE)"),
        ("\u0410@1", "U+0410 (CYRILLIC CAPITAL LETTER A)"),
        ("A@1\x00", "U+0000"),
        ("A@\u0661", "U+0661"),
        ("", "is empty"),
        (" ;\n; ", "is empty"),
        ("x:", "a formula is missing"),
        ("A + C", "A has 4 bands and C has 3"),
        ("A@1" + "+A@1" * 1200, "characters"),
        ("+".join(["1"] * 251), "more than 500 numbers, names and symbols"),
        ("(" * 65 + "1" + ")" * 65, "64 levels"),
        ("-" * 65 + "1", "64 levels"),
        ("not " * 65 + "1", "64 levels"),
        ("2^" + "-" * 65 + "1", "64 levels"),
    ],
)  # fmt: skip
def test_what_is_rejected(text, words):
    assert words in message(text)


def test_errors_name_line_and_column():
    assert message("A@1\nx: A@9").startswith("EXPRESSION, line 2, column 6: ")
    assert message("A@1; A@9").startswith("EXPRESSION, line 2, column 8: ")
    assert message("  A@9").startswith("EXPRESSION, column 5: ")


def test_two_inputs_of_one_name_are_told_apart_by_their_letters():
    rasters = [Raster("/a/b.tif", ("",)), Raster("/c/b.tif", ("",))]
    assert "several inputs are called 'b': A, B" in message('"b@1"', rasters)
    assert trees('"/c/b.tif@1"', rasters) == [Band(1, 1)]


def test_lines_and_names():
    found = parse_expression('ndvi: (A@4-A@3)/(A@4+A@3)\r\n;"a;b: c": A["red"] ; C["a:b"]\n\n', RASTERS)
    assert [(each.name, each.text) for each in found] == [
        ("ndvi", "(A@4-A@3)/(A@4+A@3)"), ("a;b: c", 'A["red"]'), ("", 'C["a:b"]'),
    ]  # fmt: skip
    assert found[0].description == "ndvi: (A@4-A@3)/(A@4+A@3)"
    assert found[2].description == 'C["a:b"]'


def test_an_input_without_a_band_stands_for_each_of_its_bands():
    found = parse_expression("half: A / 2 + B * A", RASTERS)
    assert [each.text for each in found] == [f"A@{band} / 2 + B * A@{band}" for band in (1, 2, 3, 4)]
    assert [each.name for each in found] == ["half 1", "half 2", "half 3", "half 4"]
    (single,) = parse_expression("x: B", RASTERS)
    assert (single.name, single.text, single.tree) == ("x", "B", Band(1, 1))


@pytest.mark.parametrize(
    ("text", "expected"),
    [("A@1>1", True), ("not A@1", True), ("A@1 and 1", True), ("isnodata(A@1)", True), ("(A@1>1)", True),
     ("(A@1>1)+1", False), ("-(A@1>1)", False), ("if(A@1>1,1,0)", False), ("A@1", False)],
)  # fmt: skip
def test_which_formulas_give_1_and_0_only(text, expected):
    assert is_true_or_false(tree(text)) is expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [("(A@4-A@3)/(A@4+A@3)", (Band(0, 4), Band(0, 3))), ("((A@4-B))/((A@4+B))", (Band(0, 4), Band(1, 1))),
     ("(A@4-A@3)/(A@3+A@4)", None), ("(A@4-A@3)/(A@4+A@2)", None), ("A@4-A@3/A@4+A@3", None), ("A@1", None),
     ("(A@4-A@3)/(A@4+A@3)*2", None), ("(A@4-A@3+0)/(A@4+A@3)", None), ("(A@4+A@3)/(A@4+A@3)", None)],
)  # fmt: skip
def test_a_normalized_difference_is_recognized(text, expected):
    assert normalized_difference_of(tree(text)) == expected


HOSTILE = [
    "__import__('os').system('touch x')", "A.__class__", "A@1.__init__", "(lambda: 1)()", "f'{A}'", "[A for A in A]",
    "exec(A)", "eval(A)", "open(A)", "import os", "9**9**9", "9^9^9^9", "A if A else A", "A; import os", "`id`",
    "$(id)", "{A}", "A\\n", "print(1)", "globals()", "A@1 == 'x'", "A := 1", "A@1 = = 2", "@", "A@A", "A[A]", "A[-1]",
    "A[1:2]", "A[[1]]", "()", "(,)", "min(,)", "min(1,)", "1,2",
    "\x00", "A\x00@1", "\ud800", "A@1\u2028", "\uff21@1", "1\u00d72",
    "A@1\u2212A@2", "\U0001f600", "\u200bA@1", "A@1 #x", "A@1 // 2", "A@1 % 2", "A@1 << 2", "~A@1", "A@1 => 2",
    "-" * 4000, "(" * 4000, "+" * 5000, "not " * 900, "A@1^" * 900, "min(" * 600, "1" * 3999 + "x", "." * 100,
    "e" * 4000, '"' * 3999, '"a@1' * 500, "A[" * 900, "if(" * 300, ":" * 100, ";:" * 100, "a:b:c:d", "1e", "1e+", ".e1",
    "0b1", "1_000", "1j", "nan", "inf", "-inf", "None", "True", "A@1e3", "A@1 is A@2", "A in B", "A@1, A@2", "A@+1",
]  # fmt: skip


WRAPPERS = ("A@1 + {}", "({})", "if({}, 1, 2)", "x: atan2(A@1, {})")
HOSTILE += [wrapper.format(text) for text in HOSTILE[:55] for wrapper in WRAPPERS]


def test_hostile_formulas(monkeypatch, tmp_path):
    """Each of 300 hostile formulas is rejected with a short error and little memory; nothing is run or written."""
    assert len(HOSTILE) >= 300

    def fail(*_, **__):
        raise AssertionError("evaluated")

    for name in ("eval", "exec", "compile", "open", "__import__"):
        monkeypatch.setattr(builtins, name, fail)
    monkeypatch.chdir(tmp_path)
    tracemalloc.start()
    try:
        texts = {text: message(text) for text in HOSTILE}
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
        monkeypatch.undo()
    assert [text for text, found in texts.items() if not 20 < len(found) < 700] == []
    assert peak < 20e6
    assert list(tmp_path.iterdir()) == []
