# SPDX-License-Identifier: Apache-2.0
"""A flattened device tree (Devicetree Specification v0.4, chapter 5): QEMU's is read, given further nodes, and written again."""

import struct
from dataclasses import dataclass, field

_MAGIC = 0xd00d_feed
_BEGIN_NODE, _END_NODE, _PROPERTY, _NOP, _END = 1, 2, 3, 4, 9
_HEADER = struct.Struct(">10I")
_VERSION, _LAST_COMPATIBLE_VERSION = 17, 16


@dataclass
class Node:
    name: str
    properties: dict[str, bytes] = field(default_factory=dict)
    children: list["Node"] = field(default_factory=list)

    def child(self, name: str) -> "Node":
        return next(child for child in self.children if child.name == name)


def cells(*numbers: int) -> bytes:
    return b"".join(struct.pack(">I", number) for number in numbers)


def strings(*texts: str) -> bytes:
    return b"".join(text.encode() + b"\0" for text in texts)


def read_tree(blob: bytes) -> Node:
    magic, _size, structure, names, *_ = _HEADER.unpack_from(blob)
    if magic != _MAGIC:
        raise ValueError("no flattened device tree")
    above: list[Node] = []
    at = structure
    while True:
        token, = struct.unpack_from(">I", blob, at)
        at += 4
        if token == _BEGIN_NODE:
            end = blob.index(b"\0", at)
            above.append(Node(blob[at:end].decode()))
            at = _aligned(end + 1)
        elif token == _END_NODE:
            node = above.pop()
            if not above:
                return node
            above[-1].children.append(node)
        elif token == _PROPERTY:
            size, name = struct.unpack_from(">II", blob, at)
            start = names + name
            above[-1].properties[blob[start:blob.index(b"\0", start)].decode()] = blob[at + 8:at + 8 + size]
            at = _aligned(at + 8 + size)
        elif token != _NOP:
            raise ValueError("a damaged device tree")


def write_tree(root: Node) -> bytes:
    structure, names = bytearray(), bytearray()
    places: dict[str, int] = {}
    _write(root, structure, names, places)
    structure += cells(_END)
    reservations = bytes(16)  # none: the list's end
    first = _HEADER.size + len(reservations)
    header = _HEADER.pack(_MAGIC, first + len(structure) + len(names), first, first + len(structure), _HEADER.size, _VERSION,
                          _LAST_COMPATIBLE_VERSION, 0, len(names), len(structure))
    return header + reservations + bytes(structure) + bytes(names)


def _write(node: Node, structure: bytearray, names: bytearray, places: dict[str, int]) -> None:
    structure += cells(_BEGIN_NODE) + _padded(node.name.encode() + b"\0")
    for name, value in node.properties.items():
        if name not in places:
            places[name] = len(names)
            names += name.encode() + b"\0"
        structure += cells(_PROPERTY, len(value), places[name]) + _padded(value)
    for child in node.children:
        _write(child, structure, names, places)
    structure += cells(_END_NODE)


def _aligned(at: int) -> int:
    return (at + 3) & ~3


def _padded(value: bytes) -> bytes:
    return value + bytes(-len(value) % 4)
