// SPDX-License-Identifier: Apache-2.0
// The event table as C++: ids, levels, one packed struct an event. Freestanding; shared with the host programs.
#pragma once

#include "../../arch/registers.hpp"

namespace ws::trace {

/// Whose world an event belongs to.
using Owner = u8;
inline constexpr Owner kHost = 0;

enum class Level : u8 { off, traps, full };

enum class Operation : u8 { save = 0, restore = 1 };

/// The enumerations of enumerations.def.
#define ENUMERATOR(number, name, meaning) name = number,
#define ENUMERATION(type, Type, meaning, ...) enum class Type : u8 { __VA_ARGS__ };
#include "enumerations.def"
#undef ENUMERATION
#undef ENUMERATOR

enum class Step : u8 {
#define STEP(number, name, part, meaning) name = number,
#include "steps.def"
#undef STEP
};

enum class EventId : u8 {
#define EVENT(id, name, ...) name = id,
#include "events.def"
#undef EVENT
};

/// A register block's event id is this plus its RegisterClass.
inline constexpr u8 kFirstBlockId = 16;
/// The largest id that fits the compact header; one more is the escape to the extended header.
inline constexpr u8 kCompactIds = 31;

namespace field_type {
using u8 = ws::u8;
using u16 = ws::u16;
using u32 = ws::u32;
using u64 = ws::u64;
using x64 = ws::u64;
using owner = Owner;
using vector = ws::u8;
using step = Step;
using sysreg = SysregId;
using operation = Operation;
#define ENUMERATION(type, Type, meaning, ...) using type = trace::Type;
#include "enumerations.def"
#undef ENUMERATION
}  // namespace field_type

/// One packed struct an event: the payload as it lies in the trace.
namespace payload {
#define EVENT_FIELD(type, name, meaning) field_type::type name;
#define EVENT(id_, name_, level_, meaning_, ...)       \
    struct [[gnu::packed]] name_ {                     \
        static constexpr EventId kId = EventId::name_; \
        static constexpr Level kLevel = Level::level_; \
        __VA_ARGS__                                    \
    };
#include "events.def"
#undef EVENT
#undef EVENT_FIELD

/// What a register block starts with; the class's values follow in table order.
struct [[gnu::packed]] block_header {
    Operation operation;
    Owner owner;
};
}  // namespace payload

}  // namespace ws::trace
