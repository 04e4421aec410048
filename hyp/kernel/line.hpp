// SPDX-License-Identifier: Apache-2.0
// A line of text that is put together: what does not fit is cut off.
#pragma once

#include "../base/print.hpp"
#include "../trace/format/layout.hpp"

namespace ws {

/// As long as the run page's message.
class Line {
  public:
    void add(const char* text) {
        while (*text != '\0') add(*text++);
    }
    void add(char character) {
        if (length_ + 1 < sizeof(text_)) text_[length_++] = character;
        text_[length_] = '\0';
    }
    void add(Hex number) {
        char text[kHexTextBytes];
        add(to_text(number, text));
    }
    const char* text() const { return text_; }

  private:
    char text_[sizeof(trace::RunPage::message)] = {};
    std::size_t length_ = 0;
};

}  // namespace ws
