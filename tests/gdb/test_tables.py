# SPDX-License-Identifier: Apache-2.0
"""GDB's commands read the .def files by patterns, the C++ programs by including them: both find the same rows."""

import importlib.util
import re
import subprocess
import sys
import unittest

import support

TABLES = support.ROOT / "scripts" / "gdb" / "hypdebug" / "tables.py"  # loaded alone: the package needs GDB


def load_tables():
    spec = importlib.util.spec_from_file_location("tables", TABLES)
    module = importlib.util.module_from_spec(spec)
    sys.modules["tables"] = module  # for its dataclasses
    spec.loader.exec_module(module)
    return module


tables = load_tables()


def plain(cell: str) -> str:
    """A cell's text without reStructuredText's marks."""
    pieces = re.split(r"``(.*?)``", cell)
    return "".join(piece if i % 2 else re.sub(r"\\(.)", r"\1", piece) for i, piece in enumerate(pieces))


def reference(part: str) -> dict[str, list[list[str]]]:
    """What C++ has: by its title each table's rows, as wstrace prints them for the documentation."""
    done = subprocess.run([str(support.WSTRACE), "reference", "--part", part], capture_output=True, text=True, check=True)
    found = {}
    for text in re.split(r"^\.\. list-table:: ", done.stdout, flags=re.MULTILINE)[1:]:
        title, _, body = text.partition("\n")
        rows = [[cell.strip() for cell in re.split(r"\n {5}-", row)] for row in re.split(r"^ {3}\* -", body, flags=re.MULTILINE)[1:]]
        found[plain(title)] = rows[1:]
    return found


def bits(field) -> str:
    return str(field.msb) if field.msb == field.lsb else f"{field.msb}:{field.lsb}"


def told_of_fields(fields) -> str:
    layout = {"": "", "0": ", E2H=0", "1": ", E2H=1"}
    return "; ".join(f"{field.name} [{bits(field)}{layout[field.layout]}] {plain_meaning(field.meaning)}" for field in fields)


def plain_meaning(text: str) -> str:
    """In the tables code stands between single backquotes."""
    return re.sub(r"`([^`]*)`", r"\1", text) if text.count("`") % 2 == 0 else text


class SameRows(unittest.TestCase):
    maxDiff = None

    def test_register_classes(self):
        ours = [[name, moved, plain_meaning(meaning)] for name, moved, meaning in tables.register_classes().values()]
        self.assertEqual([[plain(cell) for cell in row] for row in reference("registers")["Register classes"]], ours)

    def test_registers(self):
        theirs = reference("registers")
        for name, _, _ in tables.register_classes().values():
            with self.subTest(register_class=name):
                ours = []
                for row in tables.registers_of(name):
                    encoding = "S{}_{}_C{}_C{}_{}".format(*row.encoding) if row.encoding else ""
                    ours.append([row.name, encoding, "redirected" if row.redirected else "", plain_meaning(row.meaning),
                                 told_of_fields(row.fields)])
                self.assertEqual([[plain(cell) for cell in row] for row in theirs[f"Class {name}"]], ours)
        self.assertEqual(len(theirs), 1 + len(tables.register_classes()))

    def test_exception_classes(self):
        theirs = reference("exception-classes")
        ours = [[f"0x{row.number:02x}", row.name, "" if row.iss_format == "none" else row.iss_format, plain_meaning(row.meaning)]
                for row in tables.exception_classes().values()]
        self.assertEqual([[plain(cell) for cell in row] for row in theirs["Exception classes"]], ours)
        formats = {row[0]: None for row in theirs["Fields of the ISS"]}  # in order, each once
        ours = [[its_format, field.name, bits(field), plain_meaning(field.meaning)]
                for its_format in map(plain, formats) for field in tables.iss_fields(its_format)]
        self.assertEqual([[plain(cell) for cell in row] for row in theirs["Fields of the ISS"]], ours)

    def test_steps(self):
        ours = [[str(number), name, plain_meaning(meaning)] for name, (number, meaning) in tables.steps().items()]
        theirs = [[plain(row[0]), plain(row[1]), plain(row[3])] for row in reference("steps")["Steps of a world switch"]]
        self.assertEqual(theirs, ours)


if __name__ == "__main__":
    unittest.main()
