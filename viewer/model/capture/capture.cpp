// SPDX-License-Identifier: Apache-2.0
#include "viewer/model/capture/capture.hpp"

#include <fmt/chrono.h>
#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <iterator>
#include <memory>
#include <random>

#include "viewer/model/capture/ring_reader.hpp"
#include "viewer/model/format/run_page_names.hpp"

namespace ws::model {
namespace {

/// A string out of RAM: up to its NUL or its array's end, with anything unprintable as '?'.
template <std::size_t count>
std::string text_of(const char (&chars)[count]) {
    std::string text(chars, std::find(std::begin(chars), std::end(chars), '\0'));
    std::replace_if(text.begin(), text.end(), [](char c) { return c < 0x20 || c > 0x7e; }, '?');
    return text;
}

std::string now() {
    const std::time_t time = std::chrono::system_clock::to_time_t(std::chrono::system_clock::now());
    return fmt::format("{:%Y-%m-%dT%H:%M:%SZ}", fmt::gmtime(time));
}

/// The VM of each vCPU, as the metadata has it.
std::string vms_of(const trace::RunPage& page) {
    std::string text;
    for (u32 vcpu = 0; vcpu < page.vcpus; ++vcpu) {
        text += fmt::format("{}{}", text.empty() ? "" : " ", unsigned{page.vm_of_vcpu[vcpu]});
    }
    return text;
}

/// The run's own word goes before what the caller says of it; the caller's other pairs follow in their order.
Metadata make_run_metadata(const CaptureOptions& options, const trace::RunPage& page, const CaptureResult& result) {
    Metadata given;
    for (const auto& [key, value] : options.env) {
        if (const std::string problem = env_problem(key, value); !problem.empty()) throw TraceError("--env", problem);
        given.set(key, value);
    }
    const auto given_or = [&given](const std::string& key, const std::string& other) {
        const std::string value = given.get(key);
        return value.empty() ? other : value;
    };
    Metadata metadata;
    metadata.uuid = options.uuid ? *options.uuid : random_uuid();
    metadata.set("design", result.design);
    metadata.set(kE2hKey, result.design == "vhe" ? "1" : "0");
    metadata.set("guest", given_or("guest", "unknown"));
    metadata.set("trace_level", result.level);
    metadata.set("cpus", fmt::format("{}", result.cpus));
    metadata.set(kVmOfVcpuKey, vms_of(page));
    metadata.set("format_version", fmt::format("{}", page.format_version));
    metadata.set("date", given_or("date", now()));
    for (const auto& [key, value] : given.env) {
        const bool ours = key == kPacketsKey || !metadata.get(key).empty();
        if (!ours) metadata.set(key, value);
    }
    return metadata;
}

/// Takes from the run page what does not change. Throws TraceError when this program cannot capture such a run.
void read_run_page(const CaptureOptions& options, const trace::RunPage& page, CaptureResult& result) {
    const std::string file = options.ram.string();
    if (page.format_version != trace::kFormatVersion) {
        throw TraceError(file,
                         fmt::format("the hypervisor writes trace format {}, this program reads {}; build both again",
                                     page.format_version, trace::kFormatVersion));
    }
    const std::optional<std::string> level = name_of(kLevelNames, page.level);
    if (!level) throw TraceError(file, fmt::format("the run page has trace level {}", page.level));
    if (page.cpus < 1 || page.cpus > trace::kMaxCpus) {
        throw TraceError(
            file, fmt::format("the run page tells of {} CPUs, 1 to {} are possible", page.cpus, trace::kMaxCpus));
    }
    if (page.vcpus > trace::kMaxVcpus) {
        throw TraceError(
            file, fmt::format("the run page tells of {} vCPUs, at most {} are possible", page.vcpus, trace::kMaxVcpus));
    }
    result.level = *level;
    result.cpus = page.cpus;
    result.design = text_of(page.design);
    if (result.design.empty()) result.design = "unknown";
}

/// All rings of a run, and the folder that they go to.
class Rings {
  public:
    Rings(const CaptureOptions& options, GuestRam& ram, CaptureResult& result)
        : result_(result), writer_(options.out, make_run_metadata(options, ram.run_page(), result), result.cpus) {
        for (u32 cpu = 0; cpu < result.cpus; ++cpu) readers_.emplace_back(ram, cpu);
        broken_.resize(result.cpus, false);
    }

    void take_closed() {
        each([this](RingReader& reader) { reader.take_closed(writer_); });
    }

    void finish() {
        each([this](RingReader& reader) { reader.take_rest(writer_); });
        writer_.finish();
        for (const RingReader& reader : readers_) result_.events_discarded += reader.events_discarded();
        result_.packets = writer_.packets();
        result_.bytes = writer_.bytes();
    }

  private:
    /// A ring that cannot be right is left alone from then on; what was taken before stays.
    template <class Action>
    void each(Action action) {
        for (std::size_t cpu = 0; cpu < readers_.size(); ++cpu) {
            if (broken_[cpu]) continue;
            try {
                action(readers_[cpu]);
            } catch (const PacketFault& fault) {
                broken_[cpu] = true;
                result_.problems.push_back(fmt::format("ring of CPU {}: {}; its trace ends there", cpu, fault.what()));
            }
        }
    }

    CaptureResult& result_;
    TraceWriter writer_;
    std::vector<RingReader> readers_;
    std::vector<bool> broken_;
};

void read_verdict(const trace::RunPage& page, CaptureResult& result) {
    const u32 verdict = static_cast<u32>(page.verdict);
    const std::optional<std::string> name = name_of(kVerdictNames, verdict);
    result.verdict = name.value_or("running");
    if (!name) {
        result.problems.push_back(fmt::format("the run page has verdict {}, which does not exist", verdict));
    }
    result.status = page.status;
    result.message = text_of(page.message);
}

}  // namespace

CaptureResult capture(const CaptureOptions& options, const std::function<bool()>& wait) {
    if (options.offset % trace::kRunPageBytes != 0) {
        throw TraceError(options.ram.string(), fmt::format("offset {} is not at a page's start", options.offset));
    }
    CaptureResult result;
    std::unique_ptr<GuestRam> ram;
    std::unique_ptr<Rings> rings;
    for (bool ended = false; !ended;) {
        ended = wait();  // asked first: what was written before the end is seen below
        if (!ram) ram = GuestRam::map(options.ram, options.offset);
        if (!ram || !ram->ready()) continue;
        if (result.cpus == 0) {
            read_run_page(options, ram->run_page(), result);
            if (result.level != "off") rings = std::make_unique<Rings>(options, *ram, result);
        }
        if (rings) rings->take_closed();
    }
    if (rings) rings->finish();
    if (result.cpus != 0) read_verdict(ram->run_page(), result);
    return result;
}

Uuid random_uuid() {
    Uuid uuid;
    std::random_device source;
    for (u8& byte : uuid) byte = static_cast<u8>(source());
    uuid[6] = static_cast<u8>((uuid[6] & 0x0f) | 0x40);  // RFC 4122, version 4
    uuid[8] = static_cast<u8>((uuid[8] & 0x3f) | 0x80);
    return uuid;
}

}  // namespace ws::model
