# SPDX-License-Identifier: Apache-2.0
"""What the course's pages show of labs/NN_name/lab.toml."""

from wslib.labs.lab_file import Lab, lab_folders, read_lab


def labs() -> list[Lab]:
    return [read_lab(number) for number in lab_folders()]


def overview() -> str:
    return _table(["Lab", "Question", "Hours", "Parts"],
                  [[f":doc:`lab_{lab.number}`", lab.about, str(lab.hours), ", ".join(lab.parts)] for lab in labs()])


def rows(lab: Lab) -> str:
    return _table(["Row", "What is seen", "Designs", "Points"],
                  [[f"``{row.id}``", row.title + (", when it is graded" if row.hidden else ""), ", ".join(row.designs), str(row.points)]
                   for row in lab.rows])


def mistakes() -> str:
    """What each lab's check plants, and what must not have points."""
    lines = []
    for lab in labs():
        planted = [f"{one.name} (``{one.row}``)" for one in lab.mutants]
        planted += ["what the seed asks for is not done"] if lab.twist else []
        planted += [f"a usual wrong answer (``{one.id}``)" for one in lab.questions if one.mistake_words]
        forged = [one.name for one in lab.forgeries] + ["another student's work"]
        lines.append(f"- Lab {lab.number}. Mistakes, each with the row that it fails: {'; '.join(planted)}. Forgeries: {'; '.join(forged)}.")
    return "\n".join(lines) + "\n"


def twists() -> str:
    """With the names of what a seed chooses."""
    names = {name: f"``{name.upper()}``" for name in ("register", "source", "value", "count")}
    lines = []
    for lab in labs():
        if lab.twist:
            chosen = [f"{names[name]} is one of {', '.join(of)}" for name, of in (("register", lab.twist.register), ("source", lab.twist.source)) if of]
            lines.append(f"- Lab {lab.number}: {lab.twist.what.format(**names)}. {'; '.join(chosen)}.")
        else:
            lines.append(f"- Lab {lab.number}: none; its points are a count, and whoever copies a count copies its code.")
    return "\n".join(lines) + "\n"


def _table(head: list[str], lines: list[list[str]]) -> str:
    told = [".. list-table::", "   :header-rows: 1", "   :widths: auto", ""]
    for line in [head, *lines]:
        told += [f"   {'*' if number == 0 else ' '} - {cell}" for number, cell in enumerate(line)]
    return "\n".join(told) + "\n"
