// SPDX-License-Identifier: Apache-2.0
// The event table at run time: each kind of event with its fields and where their bytes lie in the payload. The rows
// of events.def come first, then one kind for each register class that moves as a block (`registers_<class>`).
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "hyp/trace/format/layout.hpp"

namespace ws::model {

/// How a field's bytes are read. The first ones are the types of events.def, with one for each enumeration of
/// enumerations.def; the rest belong to register blocks.
enum class FieldType : u8 {
    u8,
    u16,
    u32,
    u64,
    x64,
    owner,
    vector,
    step,
    sysreg,
#define ENUMERATION(type, Type, meaning, ...) type,
#include "hyp/trace/format/enumerations.def"
#undef ENUMERATION
    operation,
    register64,
    register128
};

struct EventField {
    FieldType type;
    std::string name;
    std::string meaning;
    u32 bytes;
    u32 offset;                ///< bytes from the start of the payload
    const SysregInfo* sysreg;  ///< for a register that MRS reads: its row, else null
};

/// One kind of event.
struct EventInfo {
    u32 id;
    std::string name;
    trace::Level level;
    std::string meaning;
    std::vector<EventField> fields;
    u32 bytes;                           ///< of the payload
    u32 registers;                       ///< how many registers a block holds; 0 for the other kinds
    std::optional<RegisterClass> block;  ///< for a register block: its class
};

/// All kinds of events, in ascending order of ids.
const std::vector<EventInfo>& event_infos();

/// The kind with this id, or null if the table has none.
const EventInfo* find_event(u32 id);

/// The kind with this name, or null if the table has none.
const EventInfo* find_event(const std::string& name);

/// The block event of a class, or null if the class does not move as a block.
const EventInfo* find_block(RegisterClass register_class);

/// A row of steps.def.
struct StepInfo {
    u8 number;
    const char* name;
    const char* part;  ///< what its time is spent on, and its colour in the viewer
    const char* meaning;
};

/// All rows of steps.def, ascending by number.
const std::vector<StepInfo>& step_infos();

/// The row of a step, or null for a number that steps.def does not have.
const StepInfo* find_step(u8 number);

/// The highest number of steps.def; arrays by step have one place more.
inline constexpr std::size_t kMaxStep = [] {
    std::size_t most = 0;
#define STEP(number, name, part, meaning) most = number > most ? number : most;
#include "hyp/trace/format/steps.def"
#undef STEP
    return most;
}();

/// The name of a vector by its offset over 0x80, such as lower_el_aarch64_sync; null above 15 (Arm ARM D1.3.1.1).
const char* vector_name(u8 vector);

/// A value of an enumeration.
struct EnumeratorInfo {
    u8 number;
    const char* name;
    const char* meaning;
};

/// A row of enumerations.def.
struct EnumerationInfo {
    FieldType type;
    const char* name;  ///< of the type, as events.def has it
    const char* meaning;
    std::vector<EnumeratorInfo> enumerators;
};

const std::vector<EnumerationInfo>& enumeration_infos();

/// The enumeration that a field of this type is of, or null.
const EnumerationInfo* find_enumeration(FieldType type);

/// The row of a value of an enumeration, or null for a number that it does not have.
const EnumeratorInfo* find_enumerator(FieldType type, u8 number);

/// The name of a value of one of the enumerations of events.hpp, or `?` for a number that it does not have.
#define ENUMERATION(type, Type, meaning, ...)                                                 \
    inline const char* name_of(trace::Type value) {                                           \
        const EnumeratorInfo* row = find_enumerator(FieldType::type, static_cast<u8>(value)); \
        return row != nullptr ? row->name : "?";                                              \
    }
#include "hyp/trace/format/enumerations.def"
#undef ENUMERATION

}  // namespace ws::model
