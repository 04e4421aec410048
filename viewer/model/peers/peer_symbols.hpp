// SPDX-License-Identifier: Apache-2.0
// The functions of a hypervisor, by their addresses: what /proc/kallsyms of a running Linux says, or the map that Xen
// is built with. Both have lines of an address, a letter and a name.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "hyp/arch/types.hpp"

namespace ws::model {

/// A function without what compilers add after a dot, without its file, and without the prefix of nVHE's: then `nvhe`
/// is set.
struct Symbol {
    u64 address;
    std::string name;
    bool nvhe;
};

class Symbols {
  public:
    /// Throws TraceError.
    static Symbols read(const std::filesystem::path& file);
    /// `text` is a file's; `file` for messages.
    static Symbols parse(const std::string& text, const std::string& file);

    /// The number of the function that an address is in; nothing where there is none.
    std::optional<u32> find(u64 address) const;
    const Symbol& operator[](u32 number) const { return all_[number]; }
    /// Where it begins, at EL2 for one of nVHE's.
    u64 start(u32 number) const { return all_[number].address + (all_[number].nvhe ? nvhe_offset_ : 0); }
    /// The first one with this name, as the file has it less its suffix.
    std::optional<u64> address_of(const std::string& name, bool nvhe) const;
    /// nVHE's part of the kernel is mapped at EL2 where a random number says: what is to be added to its symbols.
    void move_nvhe(u64 offset) { nvhe_offset_ = offset; }

  private:
    std::vector<Symbol> all_;  ///< ascending
    u64 nvhe_offset_ = 0;
};

}  // namespace ws::model
