// SPDX-License-Identifier: Apache-2.0
#include "viewer/model/peers/recorded_peer.hpp"

#include <fmt/chrono.h>
#include <fmt/format.h>

#include <chrono>

#include "viewer/model/base/error.hpp"
#include "viewer/model/capture/capture.hpp"
#include "viewer/model/peers/raw_record_words.hpp"

namespace ws::model {
namespace {

using raw::Kind;

constexpr u64 kHostVector = 0x400;  // the host's HVC below nVHE: of a lower exception level

std::string now() {
    const std::time_t time = std::chrono::system_clock::to_time_t(std::chrono::system_clock::now());
    return fmt::format("{:%Y-%m-%dT%H:%M:%SZ}", fmt::gmtime(time));
}

}  // namespace

Peer peer_of(const RawLog& log, const Symbols& symbols) {
    if (symbols.address_of("do_trap_guest_sync", false)) return Peer::xen;
    for (const RawRecord& record : log.records()) {
        if (record.kind == Kind::place) {
            return reg::HCR_EL2::E2H.get(record.words[2]) != 0 ? Peer::vhe : Peer::nvhe;
        }
    }
    throw TraceError(log.file(), "has no window: the guest has not come to the address that the recorder was given");
}

void find_nvhe(const RawLog& log, Symbols& symbols) {
    const auto vector = symbols.address_of("__kvm_hyp_host_vector", true);
    if (!vector) {
        throw TraceError(log.file(),
                         "is of a KVM without VHE, but the symbols have no __kvm_nvhe_ functions: older kernels, 5.10 "
                         "among them, leave them out of /proc/kallsyms; take a newer one");
    }
    bool any_trap = false;
    for (const RawRecord& record : log.records()) {
        if (record.kind != Kind::exception || record.words[kLevel] != 2) continue;
        any_trap = true;
        if (has_guest(record.words[kHcr])) continue;
        if ((record.words[kVector] & (kVectorBytes - 1)) != kHostVector) continue;
        symbols.move_nvhe(record.words[kVector] - kHostVector - *vector);
        return;
    }
    // A guest that never traps, as with the benchmark virtual-eoi, leaves nothing to find a function for.
    if (any_trap) throw TraceError(log.file(), "has no trap of KVM's host: record more than one exit of the guest");
}

u32 vcpus_of(const RawLog& log) {
    u32 vcpus = 0;
    for (const RawRecord& record : log.records()) {
        const auto& w = record.words;
        if (record.kind == Kind::exception_return && w[kFromLevel] == 2 && el_of(w[kReturnSpsr]) < 2 &&
            has_guest(w[kReturnHcr])) {
            vcpus = std::max<u32>(vcpus, owner_of(w[kReturnVmpidr]));
        }
    }
    return vcpus;
}

Metadata metadata_of(const ConvertOptions& options, Peer peer, u32 cpus, u32 vcpus) {
    Metadata given;
    given.env = options.env;
    const auto given_or = [&given](const std::string& key, const std::string& other) {
        const std::string value = given.get(key);
        return value.empty() ? other : value;
    };
    Metadata metadata;
    metadata.uuid = options.uuid ? *options.uuid : random_uuid();
    metadata.set("design", design_name(peer));
    metadata.set(kE2hKey, peer == Peer::vhe ? "1" : "0");
    metadata.set("guest", given_or("guest", "unknown"));
    metadata.set("trace_level", "full");
    metadata.set("cpus", fmt::format("{}", cpus));
    std::string vms;
    for (u32 vcpu = 0; vcpu < vcpus; ++vcpu) vms += vcpu == 0 ? "1" : " 1";
    metadata.set(kVmOfVcpuKey, vms);
    metadata.set("format_version", fmt::format("{}", trace::kFormatVersion));
    metadata.set("date", given_or("date", now()));
    metadata.set(kHypervisorKey, given_or(kHypervisorKey, peer == Peer::xen ? "Xen" : "KVM"));
    metadata.set(kRecordedFromKey, kFromOutside);
    for (const auto& [key, value] : given.env) {
        if (key != kPacketsKey && metadata.get(key).empty()) metadata.set(key, value);
    }
    return metadata;
}

}  // namespace ws::model
