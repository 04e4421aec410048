// SPDX-License-Identifier: Apache-2.0
// Reads a flattened device tree (Devicetree Specification v0.4, chapter 5). No allocation, no copy; every access is
// checked against the blob's own size, so a damaged tree is an error and never a wild read.
#pragma once

#include "../arch/types.hpp"

namespace ws::device_tree {

/// A property's value: `bytes` bytes, big-endian cells or NUL-terminated strings.
struct Property {
    const u8* data = nullptr;
    u32 bytes = 0;

    explicit operator bool() const { return data != nullptr; }
    /// Cell `index` (32 bits), or 0 beyond the end.
    u32 cell(u32 index) const;
    /// `count` cells (1 or 2) from cell `index` as one number.
    u64 number(u32 index, u32 count) const;
    /// Is `text` one of the value's strings?
    bool has_string(const char* text) const;
    /// The first string, or "" if the value is not one.
    const char* string() const;
};

/// A node: where its properties begin in the structure block.
struct Node {
    u32 offset = 0;
    const char* name = nullptr;
    u32 depth = 0;
    explicit operator bool() const { return name != nullptr; }
};

class Reader {
  public:
    /// Largest tree that is accepted, bytes.
    static constexpr u32 kMaxBytes = 2 * 1024 * 1024;

    /// `blob`: 4-byte aligned. valid() tells whether it is a tree.
    explicit Reader(const void* blob);
    bool valid() const { return valid_; }
    u32 bytes() const { return bytes_; }

    /// The root, then every other node in the order of the tree; an empty Node after the last.
    Node first() const;
    Node next(Node node) const;
    /// The node's own property.
    Property property(Node node, const char* name) const;
    /// The first direct child of `parent` whose name up to '@' is `name`.
    Node child(Node parent, const char* name) const;
    /// The first node that lists `compatible`, starting behind `after` (or at the root).
    Node find_compatible(const char* compatible, Node after = {}) const;

  private:
    u32 word(u32 offset) const;
    /// Steps over the token at `offset`; sets `token`. Returns the next offset, or 0 at the end or on damage.
    u32 step(u32 offset, u32& token) const;
    const char* text_at(u32 offset, u32 end) const;

    const u8* blob_ = nullptr;
    u32 bytes_ = 0;
    u32 structure_ = 0, structure_end_ = 0;
    u32 strings_ = 0, strings_end_ = 0;
    bool valid_ = false;
};

}  // namespace ws::device_tree
