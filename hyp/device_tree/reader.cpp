// SPDX-License-Identifier: Apache-2.0
#include "reader.hpp"

#include "tokens.hpp"

namespace ws::device_tree {

namespace {

bool equal(const char* a, const char* b) {
    for (; *a != '\0' && *a == *b; ++a) ++b;
    return *a == *b;
}

/// Is `name` (perhaps with a unit address behind '@') called `wanted`?
bool is_called(const char* name, const char* wanted) {
    for (; *wanted != '\0'; ++name, ++wanted) {
        if (*name != *wanted) return false;
    }
    return *name == '\0' || *name == '@';
}

}  // namespace

u32 Property::cell(u32 index) const {
    const u64 at = u64{index} * 4;
    if (at + 4 > bytes) return 0;
    return (u32{data[at]} << 24) | (u32{data[at + 1]} << 16) | (u32{data[at + 2]} << 8) | data[at + 3];
}

u64 Property::number(u32 index, u32 count) const {
    u64 value = 0;
    for (u32 i = 0; i < count; ++i) value = (value << 32) | cell(index + i);
    return value;
}

bool Property::has_string(const char* text) const {
    u32 start = 0;
    for (u32 i = 0; i < bytes; ++i) {
        if (data[i] != '\0') continue;
        if (equal(reinterpret_cast<const char*>(data + start), text)) return true;
        start = i + 1;
    }
    return false;
}

const char* Property::string() const {
    for (u32 i = 0; i < bytes; ++i) {
        if (data[i] == '\0') return reinterpret_cast<const char*>(data);
    }
    return "";
}

Reader::Reader(const void* blob) : blob_(static_cast<const u8*>(blob)) {
    bytes_ = kHeaderBytes;
    if (blob == nullptr || word(0) != kMagic) return;
    const u32 total = word(4);
    if (total < kHeaderBytes || total > kMaxBytes) return;
    bytes_ = total;
    structure_ = word(8);
    strings_ = word(12);
    const u64 structure_end = u64{structure_} + word(36);
    const u64 strings_end = u64{strings_} + word(32);
    if (structure_end > total || strings_end > total || structure_ % 4 != 0) return;
    structure_end_ = static_cast<u32>(structure_end);
    strings_end_ = static_cast<u32>(strings_end);
    valid_ = true;
}

u32 Reader::word(u32 offset) const {
    if (u64{offset} + 4 > bytes_) return 0;
    return Property{blob_ + offset, 4}.cell(0);
}

const char* Reader::text_at(u32 offset, u32 end) const {
    for (u32 i = offset; i < end; ++i) {
        if (blob_[i] == '\0') return reinterpret_cast<const char*>(blob_ + offset);
    }
    return nullptr;
}

u32 Reader::step(u32 offset, u32& token) const {
    if (offset + 4 > structure_end_) return 0;
    token = word(offset);
    u64 next = u64{offset} + 4;
    if (token == kBeginNode) {
        const char* name = text_at(offset + 4, structure_end_);
        if (name == nullptr) return 0;
        while (*name++ != '\0') ++next;
        ++next;
    } else if (token == kProperty) {
        next += 8 + u64{word(offset + 4)};
    } else if (token == kEnd) {
        return 0;
    } else if (token != kEndNode && token != kNop) {
        return 0;
    }
    next = (next + 3) & ~u64{3};
    return next <= structure_end_ ? static_cast<u32>(next) : 0;
}

Node Reader::first() const {
    u32 token = 0;
    if (!valid_ || step(structure_, token) == 0 || token != kBeginNode) return {};
    return {structure_, text_at(structure_ + 4, structure_end_), 0};
}

Node Reader::next(Node node) const {
    u32 token = 0;
    u32 depth = node.depth;
    u32 at = step(node.offset, token);
    while (at != 0) {
        const u32 here = at;
        at = step(here, token);
        if (at == 0) break;
        if (token == kBeginNode) return {here, text_at(here + 4, structure_end_), depth + 1};
        if (token == kEndNode) {
            if (depth == 0) break;
            --depth;
        }
    }
    return {};
}

Property Reader::property(Node node, const char* name) const {
    u32 token = 0;
    u32 at = node ? step(node.offset, token) : 0;
    while (at != 0) {
        const u32 here = at;
        at = step(here, token);
        if (at == 0 || token == kBeginNode || token == kEndNode) break;  // properties come before children
        if (token != kProperty) continue;
        const u32 name_at = word(here + 8);
        if (u64{strings_} + name_at >= strings_end_) break;
        const char* own = text_at(strings_ + name_at, strings_end_);
        if (own != nullptr && equal(own, name)) return {blob_ + here + 12, word(here + 4)};
    }
    return {};
}

Node Reader::child(Node parent, const char* name) const {
    if (!parent) return {};
    for (Node node = next(parent); node && node.depth > parent.depth; node = next(node)) {
        if (node.depth == parent.depth + 1 && is_called(node.name, name)) return node;
    }
    return {};
}

Node Reader::find_compatible(const char* compatible, Node after) const {
    for (Node node = after ? next(after) : first(); node; node = next(node)) {
        if (property(node, "compatible").has_string(compatible)) return node;
    }
    return {};
}

}  // namespace ws::device_tree
