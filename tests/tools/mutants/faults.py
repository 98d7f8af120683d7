"""The faults: Cosmic Ray finds the places and makes them; beside its own there is the one that it lacks, a call left out.

Of several faults at one place one is drawn. Types and what only names things are left alone.
"""

from __future__ import annotations

import ast
import difflib
import random
import warnings
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from types import CodeType

from cosmic_ray import plugins
from cosmic_ray.ast import ast_nodes, get_ast
from cosmic_ray.mutating import mutate_code
from cosmic_ray.operators.operator import Example, Operator

# A fault in these is none: `X | None` in a type, the arithmetic of sets and numbers by the dozen.
LEFT_OUT = ("ReplaceBinaryOperator", "ReplaceUnaryOperator_Delete", "ExceptionReplacer", "VariableReplacer", "VariableInserter", "NoOp")
KEPT_ARITHMETIC = ("Add_Sub", "Sub_Add", "Mul_Add", "Div_Mul", "Mod_Mul", "FloorDiv_Mul")


class LeaveOutCall(Operator):
    """A statement that only calls something is left out."""

    def mutation_positions(self, node: object) -> Iterator[tuple[tuple[int, int], tuple[int, int]]]:
        """Find the call."""
        if node.type == "simple_stmt" and node.children[0].type in ("atom_expr", "power"):
            yield node.children[0].start_pos, node.children[0].end_pos

    def mutate(self, node: object, index: int) -> object:
        """Put `pass` in its place."""
        nothing = get_ast("pass").children[0]
        nothing.prefix = node.get_first_leaf().prefix
        node.children[0] = nothing
        return node

    @classmethod
    def examples(cls) -> tuple[Example, ...]:
        """Show it."""
        return (Example("forget()\n", "pass\n"),)


@dataclass(frozen=True)
class Fault:
    """A fault in a module: the line, and the whole text of the module without and with it."""

    module: str
    line: int
    before: str
    text: str

    def difference(self) -> str:
        """Return the changed lines."""
        lines = difflib.unified_diff(self.before.splitlines(), self.text.splitlines(), lineterm="", n=0)
        return "\n".join(line for line in lines if line[:1] in "+-" and line[:3] not in ("+++", "---"))

    def changed(self) -> str:
        """Return the first line that came, else the first that went, a decorator with what it stands above, as `equivalents` names it."""
        lines = [line[0] + line[1:].strip() for line in self.difference().splitlines()]
        found = next((line for line in lines if line[0] == "+"), next((line for line in lines if line[1:]), lines[0]))
        return f"{found} {self.before.splitlines()[self.line].strip()}" if found.startswith("-@") else found

    def lines(self) -> set[int]:
        """Return the lines of the statement that it is in, without those of the statements inside that one."""
        found = {self.line}
        for node in ast.walk(ast.parse(self.before)):
            if isinstance(node, ast.stmt):
                inner = [child.lineno for child in ast.iter_child_nodes(node) if isinstance(child, ast.stmt | ast.excepthandler)]
                end = min([node.end_lineno or node.lineno, *(max(node.lineno, line - 1) for line in inner)])
                if node.lineno <= self.line <= end:
                    found = set(range(node.lineno, end + 1))
        return found

    def codes(self) -> list[tuple[tuple[str, int], CodeType]] | None:
        """Return the changed code of functions, each with its name and line today; None where it is no function that changed."""
        pairs: list[tuple[tuple[str, int], CodeType]] = []
        warnings.simplefilter("ignore", SyntaxWarning)
        same = _paired(compile(self.before, "before", "exec"), compile(self.text, "after", "exec"), pairs, is_function=False)
        return pairs if same else None


def _paired(before: CodeType, after: CodeType, pairs: list[tuple[tuple[str, int], CodeType]], is_function: bool) -> bool:
    """Collect pairs of functions; return whether all that runs as the module is imported stayed the same."""
    inner = [[const for const in code.co_consts if isinstance(const, CodeType)] for code in (before, after)]
    if not is_function:
        plain = [[repr(const) for const in code.co_consts if not isinstance(const, CodeType)] for code in (before, after)]
        names = [[code.co_name for code in codes] for codes in inner]
        if before.co_code != after.co_code or before.co_names != after.co_names or plain[0] != plain[1] or names[0] != names[1]:
            return False
    elif before.co_freevars != after.co_freevars:
        return False
    else:
        pairs.append(((before.co_qualname, before.co_firstlineno), after))
    if len(inner[0]) != len(inner[1]):
        return is_function
    # A function has CO_OPTIMIZED; modules and the bodies of classes have not.
    same = [_paired(one, other, pairs, bool(one.co_flags & 1)) for one, other in zip(*inner, strict=True)]
    return all(same)


def operators() -> list[Operator]:
    """Return what makes faults."""
    found: list[Operator] = [LeaveOutCall()]
    for name in plugins.operator_names():
        is_arithmetic = name.endswith(KEPT_ARITHMETIC)
        kind = plugins.get_operator(name)
        if not kind.arguments() and (is_arithmetic or not any(part in name for part in LEFT_OUT)):
            found.append(kind())
    return found


def faults(folder: Path, module: str, order: random.Random) -> list[Fault]:
    """Return the faults of a module, one for each place, where it can still be read by Python."""
    source = (folder / module).read_text(encoding="utf-8")
    places = defaultdict(list)
    nodes = list(ast_nodes(get_ast(source)))
    for operator in operators():
        positions = [position for node in nodes for position in operator.mutation_positions(node)]
        for occurrence, position in enumerate(positions):
            places[position].append((operator, occurrence))
    found = []
    unchanged = ast.dump(ast.parse(source))
    for (start, _end), possible in sorted(places.items()):
        operator, occurrence = order.choice(possible)
        text = mutate_code(source, operator, occurrence)
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                compile(text, module, "exec")
        except (SyntaxError, TypeError):
            continue
        if ast.dump(ast.parse(text)) != unchanged:
            found.append(Fault(module, start[0], source, text))
    return found
