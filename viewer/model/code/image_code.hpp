// SPDX-License-Identifier: Apache-2.0
// An image's instructions with the source lines that they were made from, as objdump and addr2line tell them.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "hyp/arch/types.hpp"

namespace ws::model {

/// A function that an instruction belongs to, and the line in it.
struct Frame {
    std::string function;
    std::string file;  ///< as the compiler was told, without . and ..
    u32 line = 0;      ///< 0 where it is not known
    friend bool operator==(const Frame&, const Frame&) = default;
};

/// One row of the disassembly.
struct Instruction {
    u64 address;
    std::string text;  ///< such as `mrs x2, pmccntr_el0`
};

class Image {
  public:
    /// `listing` is what `objdump -d -C --no-show-raw-insn` prints, `lines` what `addr2line -a -i -f -C` prints for
    /// all addresses of the listing. Throws SourceError where they are no such texts.
    Image(std::string name, const std::string& listing, const std::string& lines);
    /// Of an ELF file: runs the two. Throws SourceError.
    static Image load(const std::string& name, const std::string& elf);

    /// What its file is called.
    const std::string& name() const { return name_; }
    /// The time of its file; nothing where it was not made of one.
    std::optional<std::filesystem::file_time_type> built() const { return built_; }
    std::size_t size() const { return rows_.size(); }
    Instruction at(std::size_t row) const { return {rows_[row].address, strings_[rows_[row].text]}; }
    /// The row of an address, or nothing if the image has no instruction there.
    std::optional<std::size_t> find(u64 address) const;
    /// The symbol that an instruction follows, and its distance in bytes.
    const std::string& symbol(std::size_t row) const { return strings_[symbols_[rows_[row].symbol].name]; }
    u64 offset(std::size_t row) const { return rows_[row].address - symbols_[rows_[row].symbol].address; }
    /// The address of the symbol with this name.
    std::optional<u64> address(const std::string& symbol) const;
    /// The innermost function first, then those that it was inlined into. Empty where the image does not tell.
    std::vector<Frame> frames(std::size_t row) const;

  private:
    struct Row {
        u64 address;
        u32 text;
        u32 symbol;
        u32 chain;
    };
    struct Symbol {
        u64 address;
        u32 name;
    };
    /// Numbers in strings_ rather than texts.
    struct Place {
        u32 function;
        u32 file;
        u32 line;
        friend bool operator==(const Place&, const Place&) = default;
    };
    using Chain = std::vector<Place>;

    u32 keep(const std::string& text);
    u32 keep_file(const std::string& file);
    void read_listing(const std::string& listing);
    void read_lines(const std::string& lines);
    Place read_place(const std::string& function, const std::string& place);
    void set_chain(u64 address, Chain chain);

    std::string name_;
    std::optional<std::filesystem::file_time_type> built_;
    std::vector<std::string> strings_;
    std::unordered_map<std::string, u32> numbers_;  ///< of strings_
    std::unordered_map<std::string, u32> files_;    ///< by what addr2line calls them
    std::vector<Symbol> symbols_;
    std::vector<Row> rows_;
    std::vector<Chain> chains_;
};

}  // namespace ws::model
