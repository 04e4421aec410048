// SPDX-License-Identifier: Apache-2.0
// Writes a flattened device tree (Devicetree Specification v0.4, chapter 5) into a buffer.
#pragma once

#include "../arch/types.hpp"

namespace ws::device_tree {

class Writer {
  public:
    /// `buffer`: 8-byte aligned.
    Writer(u8* buffer, u32 capacity);

    void begin_node(const char* name);
    void end_node();
    void property(const char* name);  ///< without a value
    void property(const char* name, const char* text);
    /// Several strings: `property_strings("compatible", "arm,pl011", "arm,primecell")`.
    template <class... Texts>
    void property_strings(const char* name, Texts... texts) {
        const char* const list[] = {texts...};
        property_list(name, list, sizeof...(texts));
    }
    void property_list(const char* name, const char* const* texts, u32 count);
    void property_cells(const char* name, const u32* cells, u32 count);
    template <class... Cells>
    void property_u32(const char* name, Cells... cells) {
        const u32 values[] = {static_cast<u32>(cells)...};
        property_cells(name, values, sizeof...(cells));
    }
    /// Pairs of cells: addresses and sizes of 64 bits.
    template <class... Numbers>
    void property_u64(const char* name, Numbers... numbers) {
        const u32 values[] = {static_cast<u32>(u64{numbers} >> 32)..., static_cast<u32>(numbers)...};
        u32 cells[2 * sizeof...(numbers)];
        for (u32 i = 0; i < sizeof...(numbers); ++i) {
            cells[2 * i] = values[i];
            cells[2 * i + 1] = values[sizeof...(numbers) + i];
        }
        property_cells(name, cells, 2 * sizeof...(numbers));
    }

    /// Closes the tree. Returns its bytes, or 0 if it did not fit.
    u32 finish();

  private:
    void put(u32 word);
    void put_text(const char* text);
    void put_byte(u8 byte);
    void pad();
    /// Where `name` is in the strings block; adds it if it is new.
    u32 name_offset(const char* name);
    void begin_property(const char* name, u32 bytes);

    static constexpr u32 kMaxStrings = 512;

    u8* buffer_;
    u32 capacity_;
    u32 at_;
    char strings_[kMaxStrings] = {};
    u32 strings_bytes_ = 0;
    bool overflow_ = false;
};

}  // namespace ws::device_tree
