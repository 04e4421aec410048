// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "viewer/model/base/quoted_text.hpp"
#include "viewer/model/export/export.hpp"
#include "viewer/model/operations/cost_parts.hpp"
#include "viewer/model/operations/time_span.hpp"
#include "viewer/model/trace/cross_cpu_links.hpp"

namespace ws::model {
namespace {

/// The format's processes, which group the tracks.
enum class Group : int { cpus = 1, vcpus = 2 };

/// The tracks of a CPU; numbered so that they stand together.
u32 world_track(u32 cpu) {
    return 2 * cpu + 1;
}
u32 step_track(u32 cpu) {
    return 2 * cpu + 2;
}

class PerfettoWriter {
  public:
    PerfettoWriter(const Run& run, const Sink& sink) : run_(run), sink_(sink) {}

    void write() {
        sink_("{\"displayTimeUnit\":\"ns\",\"traceEvents\":[");
        name_group(Group::cpus, "CPUs (1 ns = 1 instruction)");
        name_group(Group::vcpus, "vCPUs: what they trapped for");
        for (u32 cpu = 0; cpu < run_.trace.cpus(); ++cpu) write_cpu(cpu);
        write_operations();
        write_interrupts();
        write_damage();
        sink_(fmt::format("\n],\"otherData\":{{\"ended\":{},\"damaged\":{}}}}}\n", quoted(run_.end.words),
                          quoted(fmt::format("{}", fmt::join(run_.trace.damage_told(), "; ")))));
    }

  private:
    /// Puts an event's object behind the former ones.
    void put(const std::string& object) {
        sink_((first_ ? "\n{" : ",\n{") + object + "}");
        first_ = false;
    }

    /// Microseconds, with three decimals.
    static std::string time(i64 net) {
        const i64 thousandths = net < 0 ? -net : net;
        return fmt::format("{}{}.{:03}", net < 0 ? "-" : "", thousandths / 1000, thousandths % 1000);
    }

    void name_group(Group group, const std::string& name) {
        put(fmt::format("\"ph\":\"M\",\"name\":\"process_name\",\"pid\":{},\"args\":{{\"name\":{}}}",
                        static_cast<int>(group), quoted(name)));
    }

    void name_track(Group group, u32 track, const std::string& name) {
        put(fmt::format("\"ph\":\"M\",\"name\":\"thread_name\",\"pid\":{},\"tid\":{},\"args\":{{\"name\":{}}}",
                        static_cast<int>(group), track, quoted(name)));
    }

    /// The format has no slice without a length: one whose time the clocks cannot tell says so beside it.
    void slice(Group group, u32 track, TimeSpan span, bool measured, const std::string& name,
               const std::string& category, EventIndex first) {
        put(fmt::format("\"ph\":\"X\",\"pid\":{},\"tid\":{},\"ts\":{},\"dur\":{},\"name\":{},\"cat\":{},"
                        "\"args\":{{\"event\":{}{}}}",
                        static_cast<int>(group), track, time(span.begin), time(std::max<i64>(span.end - span.begin, 0)),
                        quoted(name), quoted(category), first,
                        measured ? "" : fmt::format(",\"duration\":{}", quoted(kNotMeasurable))));
    }

    void slice(Group group, u32 track, TimeSpan span, const std::string& name, const std::string& category,
               EventIndex first) {
        slice(group, track, span, measurable(run_.trace, span), name, category, first);
    }

    void write_cpu(u32 cpu) {
        name_track(Group::cpus, world_track(cpu), fmt::format("CPU {}", cpu));
        name_track(Group::cpus, step_track(cpu), fmt::format("CPU {}, steps", cpu));
        for (const Span& span : run_.timeline[cpu].spans) {
            const std::string name = fmt::format("{}, {}", world_name(span.world), run_.trace.owner_name(span.owner));
            slice(Group::cpus, world_track(cpu), {span.begin, span.end}, name, "world", span.first);
        }
        for (const Phase& phase : run_.timeline[cpu].phases) {
            const StepInfo* step = find_step(static_cast<u8>(phase.step));
            slice(Group::cpus, step_track(cpu), {phase.begin, phase.end},
                  step != nullptr ? step->name : "unknown step",
                  step != nullptr ? step->part : info_of(Part::residual).name, phase.first);
        }
    }

    void write_operations() {
        std::map<trace::Owner, u64> done;
        for (const Operation& operation : run_.operations.all()) {
            if (done[operation.owner]++ == 0) {
                name_track(Group::vcpus, operation.owner, run_.trace.owner_name(operation.owner));
            }
            slice(Group::vcpus, operation.owner, {operation.begin, operation.end}, operation.measurable,
                  run_.operations.kind(operation), "operation", operation.first);
            put(fmt::format("\"ph\":\"C\",\"pid\":{},\"ts\":{},\"name\":{},\"args\":{{\"done\":{}}}",
                            static_cast<int>(Group::vcpus), time(operation.end),
                            quoted("operations of " + run_.trace.owner_name(operation.owner)), done[operation.owner]));
        }
    }

    /// Marks over all tracks where the rest of a damaged stream begins again, or where it ends.
    void write_damage() {
        for (const Damage& damage : run_.trace.damage()) {
            const auto& events = run_.trace.events_of(damage.cpu);
            i64 net = 0;
            for (const EventIndex index : events) {
                net = run_.trace.net(index);
                if (damage.to && run_.trace.raw(index) >= *damage.to) break;
            }
            put(fmt::format("\"ph\":\"i\",\"s\":\"g\",\"pid\":{},\"tid\":{},\"ts\":{},\"name\":{},\"cat\":\"damage\"",
                            static_cast<int>(Group::cpus), world_track(damage.cpu), time(net),
                            quoted("missing: " + damage.text())));
        }
    }

    /// Arrows from the event that raised an interrupt to the one that ended it, over all between.
    void write_interrupts() {
        u64 number = 0;
        for (const InterruptLife& life : find_cross_cpu_links(run_.trace).interrupts) {
            ++number;
            for (std::size_t i = 0; i < life.events.size(); ++i) {
                const Event& event = run_.trace.event(life.events[i]);
                const bool last = i + 1 == life.events.size();
                put(
                    fmt::format("\"ph\":\"{}\",\"id\":{},\"pid\":{},\"tid\":{},\"ts\":{},\"name\":\"interrupt "
                                "{}\",\"cat\":\"interrupt\"{}",
                                i == 0 ? 's'
                                : last ? 'f'
                                       : 't',
                                number, static_cast<int>(Group::cpus), world_track(event.cpu()), time(event.net),
                                life.intid, last ? ",\"bp\":\"e\"" : ""));
            }
        }
    }

    const Run& run_;
    const Sink& sink_;
    bool first_ = true;
};

}  // namespace

void export_perfetto(const Run& run, const Sink& sink) {
    PerfettoWriter(run, sink).write();
}

}  // namespace ws::model
