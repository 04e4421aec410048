// SPDX-License-Identifier: Apache-2.0
#include "writer.hpp"

#include "tokens.hpp"

namespace ws::device_tree {

namespace {

/// The header, then an empty memory reservation block (two 64-bit zeros).
constexpr u32 kReservationsAt = kHeaderBytes;
constexpr u32 kStructureAt = kReservationsAt + 16;

u32 length_of(const char* text) {
    u32 length = 0;
    while (text[length] != '\0') ++length;
    return length;
}

void put_big_endian(u8* to, u32 word) {
    to[0] = static_cast<u8>(word >> 24);
    to[1] = static_cast<u8>(word >> 16);
    to[2] = static_cast<u8>(word >> 8);
    to[3] = static_cast<u8>(word);
}

}  // namespace

Writer::Writer(u8* buffer, u32 capacity) : buffer_(buffer), capacity_(capacity), at_(kStructureAt) {
    overflow_ = capacity < kStructureAt;
    for (u32 i = 0; !overflow_ && i < kStructureAt; ++i) buffer_[i] = 0;
}

void Writer::put(u32 word) {
    if (overflow_ || capacity_ - at_ < 4) {
        overflow_ = true;
        return;
    }
    put_big_endian(buffer_ + at_, word);
    at_ += 4;
}

void Writer::put_byte(u8 byte) {
    if (overflow_ || at_ == capacity_) {
        overflow_ = true;
        return;
    }
    buffer_[at_++] = byte;
}

void Writer::pad() {
    while (!overflow_ && at_ % 4 != 0) put_byte(0);
}

void Writer::put_text(const char* text) {
    do {
        put_byte(static_cast<u8>(*text));
    } while (*text++ != '\0');
}

u32 Writer::name_offset(const char* name) {
    const u32 length = length_of(name);
    for (u32 start = 0; start < strings_bytes_; start += length_of(strings_ + start) + 1) {
        if (length_of(strings_ + start) != length) continue;
        u32 same = 0;
        while (same < length && strings_[start + same] == name[same]) ++same;
        if (same == length) return start;
    }
    if (kMaxStrings - strings_bytes_ < length + 1) {
        overflow_ = true;
        return 0;
    }
    const u32 start = strings_bytes_;
    for (u32 i = 0; i <= length; ++i) strings_[start + i] = name[i];
    strings_bytes_ += length + 1;
    return start;
}

void Writer::begin_node(const char* name) {
    put(kBeginNode);
    put_text(name);
    pad();
}

void Writer::end_node() { put(kEndNode); }

void Writer::begin_property(const char* name, u32 bytes) {
    put(kProperty);
    put(bytes);
    put(name_offset(name));
}

void Writer::property(const char* name) { begin_property(name, 0); }

void Writer::property(const char* name, const char* text) { property_list(name, &text, 1); }

void Writer::property_list(const char* name, const char* const* texts, u32 count) {
    u32 bytes = 0;
    for (u32 i = 0; i < count; ++i) bytes += length_of(texts[i]) + 1;
    begin_property(name, bytes);
    for (u32 i = 0; i < count; ++i) put_text(texts[i]);
    pad();
}

void Writer::property_cells(const char* name, const u32* cells, u32 count) {
    begin_property(name, count * 4);
    for (u32 i = 0; i < count; ++i) put(cells[i]);
}

u32 Writer::finish() {
    put(kEnd);
    const u32 strings_at = at_;
    if (overflow_ || capacity_ - at_ < strings_bytes_) return 0;
    for (u32 i = 0; i < strings_bytes_; ++i) buffer_[at_ + i] = static_cast<u8>(strings_[i]);
    const u32 total = at_ + strings_bytes_;
    const u32 header[] = {kMagic,
                          total,
                          kStructureAt,
                          strings_at,
                          kReservationsAt,
                          kVersion,
                          kLastCompatibleVersion,
                          0,
                          strings_bytes_,
                          strings_at - kStructureAt};
    static_assert(sizeof(header) == kHeaderBytes);
    for (u32 i = 0; i < kHeaderBytes / 4; ++i) put_big_endian(buffer_ + 4 * i, header[i]);
    return total;
}

}  // namespace ws::device_tree
