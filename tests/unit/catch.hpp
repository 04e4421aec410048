// SPDX-License-Identifier: Apache-2.0
// Catch2, whichever of its versions is installed.
#pragma once

#if __has_include(<catch2/catch_all.hpp>)
#include <catch2/catch_all.hpp>
using Catch::Approx;
#else
#include <catch2/catch.hpp>
#endif

#include <string>

namespace ws::test {

/// Is `part` in `text`? Both versions of Catch2 have a matcher for it, by different names.
inline void check_contains(const std::string& text, const std::string& part) {
    INFO('"' << text << "\" should contain \"" << part << '"');
    CHECK(text.find(part) != std::string::npos);
}

}  // namespace ws::test
