// SPDX-License-Identifier: Apache-2.0
// A run as tables of an SQLite database. sqlite_schema.def has the tables, and says what is in them.
#include <array>
#include <map>
#include <optional>

#include "viewer/model/export/export.hpp"
#include "viewer/model/export/sqlite_file.hpp"
#include "viewer/model/format/event_info.hpp"
#include "viewer/model/format/trap_registers.hpp"
#include "viewer/model/operations/segments.hpp"
#include "viewer/model/trace/describe.hpp"
#include "viewer/model/trace/register_move.hpp"

namespace ws::model {
namespace {

constexpr const char* kSchema =
#include "viewer/model/export/sqlite_schema.def"
    ;

i64 as_integer(u64 value) { return static_cast<i64>(value); }

void put_run(const Run& run, SqliteFile& file) {
    SqliteRows rows(file, "run", 2);
    for (const auto& [name, value] : run.trace.metadata().env) rows.put(name).put(value).end_row();
    rows.put("ended").put(run.end.words).end_row();
}

/// Names of the owners of a trace, each made once.
class Owners {
  public:
    explicit Owners(const Trace& trace) : trace_(trace) {}
    const std::string& name(trace::Owner owner) {
        std::string& name = names_[owner];
        if (name.empty()) name = trace_.owner_name(owner);
        return name;
    }

  private:
    const Trace& trace_;
    std::array<std::string, 256> names_;
};

const char* step_name(u8 step) {
    const StepInfo* const info = find_step(step);
    return info != nullptr ? info->name : nullptr;
}

/// What an operation's instructions went to, as explanations and the strips have it.
void put_steps(const Run& run, const Operation& operation, i64 number, SqliteRows& rows) {
    const OperationEvents events = take_apart(run, operation);
    const std::vector<i64> others = instructions_of_others(run, events);
    std::map<std::pair<u8, Part>, i64> sums;
    for (std::size_t i = 0; i < others.size(); ++i) {
        const Segment& segment = events.segments[i];
        sums[{segment.step, segment.part()}] += segment.end - segment.begin - others[i];
        sums[{0, Part::other_cpus}] += others[i];
    }
    for (const auto& [key, net] : sums) {
        if (net == 0) continue;
        rows.put(number).put_name(step_name(key.first)).put_name(info_of(key.second).name).put(net).end_row();
    }
}

void put_operations(const Run& run, SqliteFile& file) {
    static constexpr int kColumns = 15;
    Owners owners(run.trace);
    SqliteRows rows(file, "operations", kColumns);
    SqliteRows steps(file, "steps", 4);
    SqliteRows moved(file, "moved", 4);
    const auto& all = run.operations.all();
    for (std::size_t id = 0; id < all.size(); ++id) {
        const Operation& operation = all[id];
        const auto number = static_cast<i64>(id);
        rows.put(number).put(run.operations.kind(operation)).put(owners.name(operation.owner));
        rows.put(i64{operation.cpu}).put(i64{operation.end_cpu}).put(operation.begin);
        if (operation.measurable) {
            rows.put(as_integer(operation.net()));
        } else {
            rows.put_null();
        }
        rows.put(operation.away).put(i64{operation.traps}).put(i64{operation.els_crossed});
        rows.put(i64{operation.control_writes}).put(i64{operation.control_changes}).put(as_integer(operation.elr));
        rows.put(i64{operation.first}).put(i64{operation.last}).end_row();
        if (operation.measurable) put_steps(run, operation, number, steps);
        for (std::size_t c = 0; c < kRegisterClassCount; ++c) {
            const Moved& registers = operation.registers[c];
            if (registers == Moved{}) continue;
            moved.put(number).put_name(kRegisterClasses[c].name).put(i64{registers.saved}).put(i64{registers.restored});
            moved.end_row();
        }
    }
}

/// What an event says, by the columns that it has. The others are null.
struct EventRow {
    std::optional<trace::Owner> owner;
    std::optional<std::string> event_class;
    const char* step = nullptr;
    std::optional<i64> address;
    std::optional<std::string> sysreg;
    std::optional<i64> old_value;
    std::optional<i64> value;
    const char* moved = nullptr;
    std::optional<i64> registers;
    std::optional<std::string> text;
};

void describe_trap(const Trace& trace, const Event& event, EventRow& row) {
    const auto trap = trace.as<trace::payload::trap>(event);
    row.owner = trap.owner;
    row.event_class = trap_class(trap);
    row.address = as_integer(trap.ELR_EL2);
    if (filled_by(trap, "ESR_EL2")) row.value = as_integer(trap.ESR_EL2);
}

void describe_eret(const Trace& trace, const Event& event, EventRow& row) {
    const auto eret = trace.as<trace::payload::eret>(event);
    row.owner = eret.owner;
    row.address = as_integer(eret.ELR_EL2);
}

void describe_write(const Trace& trace, const Event& event, EventRow& row) {
    const auto write = trace.as<trace::payload::control_write>(event);
    row.owner = write.owner;
    row.event_class = info(class_of_sysreg(write.sysreg)).name;
    row.sysreg = sysreg_name_of_id(static_cast<u64>(write.sysreg));
    row.old_value = as_integer(write.old_value);
    row.value = as_integer(write.new_value);
}

void describe_move(const Trace& trace, const Event& event, const RegisterMove& move, EventRow& row) {
    row.owner = move.owner;
    row.event_class = info(move.register_class).name;
    row.moved = move.is_save() ? "save" : "restore";
    row.registers = move.registers;
    if (!event.is(trace::EventId::register_move)) return;
    const auto one = trace.as<trace::payload::register_move>(event);
    row.sysreg = sysreg_name_of_id(static_cast<u64>(one.sysreg));
    row.value = as_integer(one.value);
}

EventRow describe_in_columns(const Trace& trace, const Event& event) {
    EventRow row;
    if (event.is(trace::EventId::trap)) {
        describe_trap(trace, event, row);
    } else if (event.is(trace::EventId::eret)) {
        describe_eret(trace, event, row);
    } else if (event.is(trace::EventId::phase_begin)) {
        row.step = step_name(static_cast<u8>(trace.as<trace::payload::phase_begin>(event).step));
    } else if (event.is(trace::EventId::phase_end)) {
        row.step = step_name(static_cast<u8>(trace.as<trace::payload::phase_end>(event).step));
    } else if (event.is(trace::EventId::control_write)) {
        describe_write(trace, event, row);
    } else if (const auto move = register_move(trace, event)) {
        describe_move(trace, event, *move, row);
    } else {
        row.text = one_line(trace, event);
    }
    return row;
}

void put_events(const Run& run, SqliteFile& file, const Progress& progress) {
    static constexpr int kColumns = 16;
    const Trace& trace = run.trace;
    Owners owners(trace);
    SqliteRows rows(file, "events", kColumns);
    const auto count = static_cast<EventIndex>(trace.events().size());
    for (EventIndex index = 0; index < count; ++index) {
        if (index % kEventsATell == 0) tell(progress, static_cast<double>(index) / count);
        const Event event = trace.event(index);
        const EventRow row = describe_in_columns(trace, event);
        rows.put(i64{index}).put(i64{event.cpu()}).put(as_integer(trace.raw(index))).put(event.net);
        rows.put(event.info().name);
        if (row.owner) {
            rows.put(owners.name(*row.owner));
        } else {
            rows.put_null();
        }
        rows.put(row.event_class).put_name(row.step).put(row.address).put(row.sysreg).put(row.old_value).put(row.value);
        rows.put_name(row.moved).put(row.registers);
        const Operation* const operation = run.operations.at(trace, index);
        if (operation != nullptr) {
            rows.put(static_cast<i64>(operation - run.operations.all().data()));
        } else {
            rows.put_null();
        }
        rows.put(row.text).end_row();
    }
}

}  // namespace

void export_sqlite(const Run& run, const std::filesystem::path& to, const Progress& progress) {
    SqliteFile file(to);
    file.execute(kSchema);
    put_run(run, file);
    put_operations(run, file);
    put_events(run, file, progress);
    // What the views and most questions go by.
    file.execute(
        "CREATE INDEX steps_of_operation ON steps(operation); CREATE INDEX moved_of_operation ON moved(operation);"
        "CREATE INDEX events_of_operation ON events(operation)");
    file.finish();
}

}  // namespace ws::model
