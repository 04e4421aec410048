// SPDX-License-Identifier: Apache-2.0
// The tables agree with themselves: a mistake in a row shows here, before it shows in a trace.
#include <map>
#include <set>
#include <string>
#include <tuple>

#include "hyp/arch/syndrome.hpp"
#include "tests/unit/catch.hpp"
#include "viewer/model/format/event_info.hpp"
#include "viewer/model/operations/cost_parts.hpp"

using namespace ws;

TEST_CASE("no two system registers share a name or an encoding", "[tables]") {
    std::set<std::string> names;
    std::map<std::tuple<int, int, int, int, int>, std::string> encodings;
    for (const SysregInfo& row : kSysregs) {
        INFO(row.name);
        CHECK(names.insert(row.name).second);
        const SysregEncoding e = row.encoding;
        const auto [other, added] = encodings.try_emplace(std::tuple(e.op0, e.op1, e.crn, e.crm, e.op2), row.name);
        INFO("same encoding as " << other->second);
        CHECK(added);
        CHECK(find_sysreg(e) == &row);
    }
}

TEST_CASE("encodings of system registers are in range", "[tables]") {
    for (const SysregInfo& row : kSysregs) {
        INFO(row.name);
        CHECK((row.encoding.op0 == 2 || row.encoding.op0 == 3));
        CHECK(row.encoding.op1 <= 7);
        CHECK(row.encoding.crn <= 15);
        CHECK(row.encoding.crm <= 15);
        CHECK(row.encoding.op2 <= 7);
    }
}

TEST_CASE("fields of a register lie in it and do not overlap in one layout", "[tables]") {
    for (const SysregInfo& row : kSysregs) {
        for (const Layout layout : {Layout::e2h0, Layout::e2h1}) {
            u64 taken = 0;
            std::set<std::string> names;
            for (std::size_t i = 0; i < row.field_count; ++i) {
                const FieldInfo& field = row.fields[i];
                INFO(row.name << '.' << field.name);
                REQUIRE(field.bits.msb <= 63);
                REQUIRE(field.bits.lsb <= field.bits.msb);
                if (field.layout != Layout::any && field.layout != layout) continue;
                // A list register that is not linked to a physical interrupt has EOI in pINTID's place (IHI
                // 0069, 12.4.3).
                if (row.register_class == RegisterClass::list_registers && std::string(field.name) == "EOI") continue;
                CHECK((taken & field.bits.mask()) == 0);
                CHECK(names.insert(field.name).second);
                taken |= field.bits.mask();
            }
        }
    }
}

TEST_CASE("exception classes are unique and fit EC", "[tables]") {
    std::set<int> numbers;
    std::set<std::string> names;
    std::set<std::string> formats;
    for (const IssFieldInfo& field : kIssFields) formats.insert(field.iss_format);
    for (const ExceptionClassInfo& row : kExceptionClasses) {
        INFO(row.name);
        CHECK(row.ec <= 0x3f);
        CHECK(numbers.insert(row.ec).second);
        CHECK(names.insert(row.name).second);
        CHECK((std::string(row.iss_format) == "none" || formats.count(row.iss_format) == 1));
    }
}

TEST_CASE("fields of the ISS lie in it and do not overlap in one format", "[tables]") {
    std::map<std::string, u64> taken;
    for (const IssFieldInfo& field : kIssFields) {
        INFO(field.iss_format << '.' << field.name);
        CHECK(field.bits.msb <= 24);
        REQUIRE(field.bits.lsb <= field.bits.msb);
        CHECK((taken[field.iss_format] & field.bits.mask()) == 0);
        taken[field.iss_format] |= field.bits.mask();
    }
}

TEST_CASE("events have ids and names of their own, and ids that their headers can hold", "[tables]") {
    std::set<u32> ids;
    std::set<std::string> names;
    for (const model::EventInfo& event : model::event_infos()) {
        INFO(event.name);
        CHECK(ids.insert(event.id).second);
        CHECK(names.insert(event.name).second);
        CHECK(event.id != trace::kCompactIds);
        const bool of_a_block = event.id >= trace::kFirstBlockId && event.id < trace::kCompactIds;
        CHECK(of_a_block == event.block.has_value());
        CHECK(model::find_event(event.id) == &event);
        CHECK(model::find_event(event.name) == &event);
    }
}

TEST_CASE("values of an enumeration have numbers and names of their own", "[tables]") {
    CHECK(model::enumeration_infos().size() == 11);
    for (const model::EnumerationInfo& enumeration : model::enumeration_infos()) {
        INFO(enumeration.name);
        CHECK(model::find_enumeration(enumeration.type) == &enumeration);
        std::set<int> numbers;
        std::set<std::string> names;
        for (const model::EnumeratorInfo& row : enumeration.enumerators) {
            CHECK(numbers.insert(row.number).second);
            CHECK(names.insert(row.name).second);
            CHECK(model::find_enumerator(enumeration.type, row.number) == &row);
        }
        CHECK(model::find_enumerator(enumeration.type, 255) == nullptr);
    }
    CHECK(model::find_enumeration(model::FieldType::u8) == nullptr);
    CHECK(std::string(model::name_of(trace::KickReason::stop)) == "stop");
}

TEST_CASE("no event is longer than the recorder keeps free", "[tables]") {
    for (const model::EventInfo& event : model::event_infos()) {
        INFO(event.name << " has " << event.bytes << " bytes");
        // An event may be preceded by a clock_epoch, which is an extended header alone.
        CHECK(event.bytes + sizeof(trace::CompactHeader) + sizeof(trace::ExtendedHeader) <= trace::kMaxEventBytes);
        CHECK(event.bytes + 2 * sizeof(trace::ExtendedHeader) <= trace::kMaxEventBytes);
    }
}

TEST_CASE("the fields of an event are the members of its struct", "[tables]") {
#define EVENT_FIELD(type_, field_, meaning_) CHECK(event.fields.at(field++).name == #field_);
#define EVENT(id_, name_, level, meaning_, ...)                              \
    {                                                                        \
        const model::EventInfo& event = *model::find_event(u32{id_});        \
        INFO(event.name);                                                    \
        std::size_t field = 0;                                               \
        __VA_ARGS__                                                          \
        CHECK(event.fields.size() == field);                                 \
        if (field != 0) CHECK(event.bytes == sizeof(trace::payload::name_)); \
    }
#include "hyp/trace/format/events.def"
#undef EVENT
#undef EVENT_FIELD
}

TEST_CASE("each class that moves as a block has an event that holds it", "[tables]") {
    for (std::size_t i = 0; i < kRegisterClassCount; ++i) {
        const auto register_class = static_cast<RegisterClass>(i);
        INFO(kRegisterClasses[i].name);
        const model::EventInfo* block = model::find_block(register_class);
        REQUIRE((block != nullptr) == (kRegisterClasses[i].moved_as == MovedAs::block));
        if (block == nullptr) continue;
        CHECK(block->registers != 0);
        CHECK(block->name == std::string("registers_") + kRegisterClasses[i].name);
    }
}

TEST_CASE("only classes that move as a block have core registers", "[tables]") {
    for (const CoreRegisterInfo& core : kCoreRegisters) {
        INFO(core.name);
        CHECK(info(core.register_class).moved_as == MovedAs::block);
        CHECK((core.bytes == 8 || core.bytes == 16));
    }
}

TEST_CASE("steps are unique, ascend from 1 and have a part", "[tables]") {
    std::set<std::string> names;
    int last = 0;
    for (const model::StepInfo& step : model::step_infos()) {
        INFO(step.name);
        CHECK(step.number > last);
        CHECK(names.insert(step.name).second);
        CHECK(model::find_part(step.part) != nullptr);
        last = step.number;
    }
    CHECK(last == static_cast<int>(model::kMaxStep));
}
