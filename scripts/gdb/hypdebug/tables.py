# SPDX-License-Identifier: Apache-2.0
"""The tables of hyp/arch and hyp/trace/format, for Python: nothing of them is written a second time."""

import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path

HYP = Path(__file__).resolve().parents[3] / "hyp"


@dataclass(frozen=True)
class Field:
    name: str
    msb: int
    lsb: int
    meaning: str
    layout: str = ""  # "0" or "1": only while HCR_EL2.E2H is that

    def get(self, value: int) -> int:
        return value >> self.lsb & ((1 << (self.msb - self.lsb + 1)) - 1)


@dataclass(frozen=True)
class Register:
    name: str
    encoding: tuple[int, ...]
    register_class: str
    redirected: bool
    meaning: str
    fields: tuple[Field, ...]
    words: int = 1

    def field(self, name: str) -> Field:
        return next(field for field in self.fields if field.name == name)


@dataclass(frozen=True)
class ExceptionClass:
    number: int
    name: str
    iss_format: str
    meaning: str


def _text(path: str) -> str:
    lines = (HYP / path).read_text(encoding="utf-8").splitlines()
    return "\n".join(line for line in lines if not line.lstrip().startswith("//"))


_FIELD = re.compile(r'FIELD(?:_E2H([01]))?\((\w+), (\d+), (\d+), "([^"]*)"\)')


@cache
def registers() -> dict[str, Register]:
    """sysregs.def, in its order."""
    found = {}
    for row in re.split(r"^SYSREG\(", _text("arch/sysregs.def"), flags=re.MULTILINE)[1:]:
        name, op0, op1, crn, crm, op2, its_class, e2h, meaning = re.match(
            r'(\w+), (\d+), (\d+), (\d+), (\d+), (\d+), (\w+), (\w+), "([^"]*)"', row).groups()
        fields = tuple(Field(field, int(msb), int(lsb), words, layout or "")
                       for layout, field, msb, lsb, words in _FIELD.findall(row))
        found[name] = Register(name, tuple(map(int, (op0, op1, crn, crm, op2))), its_class, e2h == "redirected", meaning, fields)
    return found


@cache
def core_registers() -> list[Register]:
    """core_registers.def, in its order."""
    return [Register(name, (), its_class, False, meaning, (), int(size) // 8) for name, its_class, size, meaning in
            re.findall(r'^CORE_REGISTER\((\w+), (\w+), (\d+), "([^"]*)"\)', _text("arch/core_registers.def"), re.MULTILINE)]


@cache
def registers_of(register_class: str) -> list[Register]:
    """As they lie in a ClassState: core registers first."""
    return [row for row in (*core_registers(), *registers().values()) if row.register_class == register_class]


@cache
def register_classes() -> dict[int, tuple[str, str, str]]:
    """Number -> name, how it is moved, meaning."""
    return {int(number): (name, moved, meaning) for number, name, moved, meaning in
            re.findall(r'^REGISTER_CLASS\((\d+), (\w+), (\w+), "([^"]*)"\)', _text("arch/register_classes.def"), re.MULTILINE)}


@cache
def exception_classes() -> dict[int, ExceptionClass]:
    return {int(number, 16): ExceptionClass(int(number, 16), name, iss, meaning) for number, name, iss, meaning in
            re.findall(r'^EXCEPTION_CLASS\((0x[0-9a-f]+), (\w+), (\w+), "([^"]*)"\)', _text("arch/exception_classes.def"), re.MULTILINE)}


@cache
def iss_fields(iss_format: str) -> list[Field]:
    return [Field(name, int(msb), int(lsb), meaning) for its_format, name, msb, lsb, meaning in
            re.findall(r'^ISS_FIELD\((\w+), (\w+), (\d+), (\d+), "([^"]*)"\)', _text("arch/exception_classes.def"), re.MULTILINE)
            if its_format == iss_format]


@cache
def steps() -> dict[str, tuple[int, str]]:
    """Name -> number, meaning."""
    return {name: (int(number), meaning) for number, name, meaning in
            re.findall(r'^STEP\((\d+), (\w+), \w+, "([^"]*)"\)', _text("trace/format/steps.def"), re.MULTILINE)}


@cache
def by_encoding() -> dict[tuple[int, ...], Register]:
    return {row.encoding: row for row in registers().values()}


def register(name: str) -> Register:
    return registers()[name]


def decode(row: Register, value: int, e2h: bool = False) -> dict[str, int]:
    """The fields of a value, in the layout that counts."""
    return {field.name: field.get(value) for field in row.fields if field.layout in ("", "1" if e2h else "0")}


def has_syndrome(vector: int) -> bool:
    """As has_syndrome in hyp/arch/syndrome.hpp: an IRQ and an FIQ leave ESR_EL2 as it was (Arm ARM D1.3.4)."""
    return vector % 4 in (0, 3)


def syndrome(esr: int) -> dict:
    """An ESR_ELx, read as far as the tables go."""
    esr_el2 = register("ESR_EL2")
    number, iss = esr_el2.field("EC").get(esr), esr_el2.field("ISS").get(esr)
    row = exception_classes().get(number)
    if row is None:
        return {"value": esr, "class": f"{number:#04x}", "meaning": "no class that is known", "fields": {}}
    return {"value": esr, "class": row.name, "meaning": row.meaning,
            "fields": {field.name: field.get(iss) for field in iss_fields(row.iss_format)}}


def show_syndrome(told: dict) -> str:
    return " ".join([told["class"], *(f"{name}={value:#x}" for name, value in told["fields"].items())]) + f": {told['meaning']}"
