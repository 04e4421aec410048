// SPDX-License-Identifier: Apache-2.0
// The guest RAM of a running QEMU, as a file that both map: where the run page and the rings are. The machine behind
// it may be broken or hostile, so every place is checked against the file's size and every value is copied once.
#pragma once

#include <filesystem>
#include <memory>

#include "hyp/trace/format/layout.hpp"

namespace ws::model {

class GuestRam {
  public:
    /// Maps `file` from the run page at byte `offset` to its end. Null if there is no file yet or it is too short.
    /// Throws TraceError when the file is there but cannot be mapped.
    static std::unique_ptr<GuestRam> map(const std::filesystem::path& file, u64 offset);

    GuestRam(const GuestRam&) = delete;
    GuestRam& operator=(const GuestRam&) = delete;
    ~GuestRam();

    /// Bytes from the run page to the file's end.
    u64 size() const { return size_; }

    /// Has the hypervisor finished its run page?
    bool ready() const;
    /// A copy of the run page as it is now.
    trace::RunPage run_page() const;

    u64 produced(u32 cpu) const;
    u64 open_bytes(u32 cpu) const;
    void set_consumed(u32 cpu, u64 value);

    /// Copies bytes out; `offset` counts from the run page. The caller has checked that they are inside.
    void copy(u64 offset, void* to, std::size_t bytes) const;

  private:
    GuestRam(void* base, u64 mapped, u64 skip);
    u64* word(u32 cpu, std::size_t offset) const;

    u8* base_;    ///< of the mapping
    u64 mapped_;  ///< bytes of the mapping
    u8* page_;    ///< the run page
    u64 size_;
};

}  // namespace ws::model
