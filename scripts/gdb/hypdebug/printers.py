# SPDX-License-Identifier: Apache-2.0
"""How GDB's own `print` shows the hypervisor's types: registers by their names, syndromes read."""

import re

import gdb
import gdb.printing

from . import context, objects, tables


class _ClassState:
    """ClassState<c>: the registers of class c."""

    def __init__(self, value: gdb.Value):
        self._value = value
        number = int(re.search(r"(\d+)>$", str(value.type.strip_typedefs()))[1])
        self._name = tables.register_classes()[number][0]

    def to_string(self) -> str:
        return self._name

    def children(self):
        words = objects.class_words(self._value)
        for row in tables.registers_of(self._name):
            yield row.name, context.show_words(words[:row.words])
            words = words[row.words:]


class _ExitInfo:
    """ExitInfo: why a guest stopped."""

    def __init__(self, value: gdb.Value):
        self._value = value

    def to_string(self) -> str:
        esr, vector = int(self._value["esr"]), int(self._value["vector"])
        if not tables.has_syndrome(vector):
            return f"vector {vector}, no syndrome"
        syndrome = tables.syndrome(esr)
        told = f"vector {vector}, ESR_EL2 {esr:#x} ({tables.show_syndrome(syndrome)})"
        if syndrome["class"] in ("IABT_LOW", "DABT_LOW"):
            told += f", FAR_EL2 {int(self._value['far']):#x}, HPFAR_EL2 {int(self._value['hpfar']):#x}"
        return told


class _TrapConfig:
    """TrapConfig: by field, those that are set."""

    def __init__(self, value: gdb.Value):
        self._value = value

    def to_string(self) -> str:
        return "trap_config"

    def children(self):
        rows = {row.name.rsplit("_", 1)[0].lower(): row for row in tables.registers_of("trap_config")}
        hcr = int(self._value["hcr"])
        e2h = tables.register("HCR_EL2").field("E2H").get(hcr) == 1
        for field in self._value.type.fields():
            row, value = rows[field.name], int(self._value[field.name])
            set_fields = [f"{name}={part:#x}" for name, part in tables.decode(row, value, e2h).items() if part]
            yield row.name, f"{value:#x}" + (f" ({' '.join(set_fields)})" if set_fields else "")


def install() -> None:
    collection = gdb.printing.RegexpCollectionPrettyPrinter("worldswitch")
    collection.add_printer("ClassState", r"^ws::ClassState<", _ClassState)
    collection.add_printer("ExitInfo", r"^ws::ExitInfo$", _ExitInfo)
    collection.add_printer("TrapConfig", r"^ws::TrapConfig$", _TrapConfig)
    gdb.printing.register_pretty_printer(None, collection, replace=True)
