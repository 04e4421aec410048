// SPDX-License-Identifier: Apache-2.0
// The run page's enumerations by name: what level an image records at, and how a run ended. They are no fields of
// events, and so no rows of enumerations.def, which become types of the trace's metadata.
#pragma once

#include <iterator>
#include <optional>
#include <string>

#include "hyp/trace/format/layout.hpp"

namespace ws::model {

template <class Enumeration>
struct RunPageName {
    Enumeration value;
    const char* name;
};

#define NAMED(Enumeration, value) \
    { trace::Enumeration::value, #value }
inline constexpr RunPageName<trace::Level> kLevelNames[] = {NAMED(Level, off), NAMED(Level, traps), NAMED(Level, full)};
inline constexpr RunPageName<trace::Verdict> kVerdictNames[] = {
    NAMED(Verdict, running), NAMED(Verdict, guest_exit), NAMED(Verdict, guest_crash), NAMED(Verdict, hypervisor_panic),
    NAMED(Verdict, vmm_crash)};
#undef NAMED

/// The name of a number in the run page; nothing for one that there is not.
template <class Enumeration, std::size_t kNames>
std::optional<std::string> name_of(const RunPageName<Enumeration> (&names)[kNames], u64 number) {
    for (const auto& [value, name] : names) {
        if (static_cast<u64>(value) == number) return name;
    }
    return std::nullopt;
}

}  // namespace ws::model
