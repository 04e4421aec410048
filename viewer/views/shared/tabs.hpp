// SPDX-License-Identifier: Apache-2.0
// The lower part of the window shows one thing at a time: which ones there are.
#pragma once

#include <string_view>

#include "hyp/arch/types.hpp"

namespace ws::view {

enum class Tab : u8 {
#define TAB(name, title, meaning) name,
#include "viewer/views/shared/tabs.def"
#undef TAB
};

struct TabInfo {
    Tab tab;
    const char* name;   ///< for the command line
    const char* title;  ///< on screen
    const char* meaning;
};

inline constexpr TabInfo kTabs[] = {
#define TAB(name, title, meaning) {Tab::name, #name, title, meaning},
#include "viewer/views/shared/tabs.def"
#undef TAB
};

/// The names alone, for whoever reads them from a file.
inline constexpr std::string_view kTabNames[] = {
#define TAB(name, title, meaning) #name,
#include "viewer/views/shared/tabs.def"
#undef TAB
};

}  // namespace ws::view
