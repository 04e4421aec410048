// SPDX-License-Identifier: Apache-2.0
#include "tests/unit/fake_image.hpp"

#include <fmt/format.h>

namespace ws::test {

void FakeImage::symbol(const std::string& name) { listing_ += fmt::format("\n{:016x} <{}>:\n", next_, name); }

u64 FakeImage::add(const std::string& text, const std::vector<std::string>& frames) {
    listing_ += fmt::format("    {:x}:\t{}\n", next_, text);
    lines_ += fmt::format("0x{:016x}\n", next_);
    for (const std::string& line : frames) lines_ += line + "\n";
    if (frames.empty()) lines_ += "??\n??:0\n";
    next_ += 4;
    return next_ - 4;
}

u64 FakeImage::trace_point(const std::string& wrapper, const std::string& place, int step) {
    const u64 address = add("mrs\tx2, pmccntr_el0", {"ws::hw::read_trace_clock()", "/w/hyp/arch/hw/trace_clock.hpp:12",
                                                     wrapper, "/w/hyp/trace/points.hpp:41", "switch_it", place});
    if (step != 0) {
        add(fmt::format("mov\tw5, #{:#x}                   \t// #{}", step, step));
        add("strb\tw5, [x1, #8]");
    }
    add("mrs\tx1, pmccntr_el0");
    add("sub\tx1, x1, x2");
    return address;
}

}  // namespace ws::test
