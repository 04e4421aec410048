// SPDX-License-Identifier: Apache-2.0
// The texts of objdump and addr2line for an image that never was.
#pragma once

#include <string>
#include <vector>

#include "viewer/model/code/image_code.hpp"

namespace ws::test {

class FakeImage {
  public:
    /// The instructions that follow belong to it.
    void symbol(const std::string& name);
    /// Adds an instruction; `frames`: FUNCTION and FILE:LINE in turn, the innermost first. Returns its address.
    u64 add(const std::string& text, const std::vector<std::string>& frames = {});
    /// A trace point of the hypervisor's for this event, and the end of its window.
    u64 trace_point(const std::string& wrapper, const std::string& place, int step = 0);

    const std::string& listing() const { return listing_; }
    const std::string& lines() const { return lines_; }
    model::Image image() const { return model::Image("fake", listing_, lines_); }

  private:
    std::string listing_;
    std::string lines_;
    u64 next_ = 0x1000;
};

}  // namespace ws::test
