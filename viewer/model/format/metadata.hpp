// SPDX-License-Identifier: Apache-2.0
// The trace's `metadata` file: TSDL text (CTF 1.8) that is made from the tables alone, plus the UUID and what is known
// of the run. A reader makes it again from these two and demands that it is the same byte for byte: so nothing of it
// has to be interpreted, and a damaged file or one of another version of Worldswitch is told at once.
#pragma once

#include <array>
#include <string>
#include <utility>
#include <vector>

#include "hyp/arch/types.hpp"

namespace ws::model {

using Uuid = std::array<u8, 16>;

/// What is known of a run: pairs in the order in which they are printed.
using Env = std::vector<std::pair<std::string, std::string>>;

struct Metadata {
    Uuid uuid{};
    Env env;
    bool damaged = false;  ///< the file is, but not in what stands here: its checksum proves that

    /// The value of a key, or the empty string.
    std::string get(const std::string& key) const;
    /// Sets a key, in its old place if it is there.
    void set(const std::string& key, std::string value);
};

/// The keys that the metadata itself adds before and after the run's.
inline constexpr const char* kTracerNameKey = "tracer_name";
inline constexpr const char* kTracerName = "worldswitch";
inline constexpr const char* kChecksumKey = "metadata_crc32";
/// Packets of each CPU's stream, separated by spaces, or kCaptureOpen while the capture has not ended.
inline constexpr const char* kPacketsKey = "packets";
inline constexpr const char* kCaptureOpen = "open";
/// The VM of each vCPU, in the order of the vCPUs, separated by spaces: "1 1 2" is VM 1 with two vCPUs and VM 2 with
/// one.
inline constexpr const char* kVmOfVcpuKey = "vm_of_vcpu";
/// "no" if the run's clocks do not count the instructions of all CPUs together. Where the key is missing they do.
inline constexpr const char* kIcountKey = "icount";
/// "1" if HCR_EL2.E2H is 1 while the hypervisor runs, "0" if not.
inline constexpr const char* kE2hKey = "e2h";
/// What the hypervisor is, with its version, where it is not this project's.
inline constexpr const char* kHypervisorKey = "hypervisor";
/// kFromOutside where a plugin of QEMU's recorded the run, and not the hypervisor itself.
inline constexpr const char* kRecordedFromKey = "recorded_from";
inline constexpr const char* kFromOutside = "outside";

/// Why a key or a value cannot go into `env`; empty if it can.
std::string env_problem(const std::string& key, const std::string& value);

/// The metadata's text. Every pair of `env` must be without problem.
std::string make_metadata(const Metadata& metadata);

/// Takes the UUID and `env` out of a metadata text. `file` is for messages.
/// Throws TraceError: not CTF, not of Worldswitch, rewritten by another program, damaged, or of another version.
Metadata parse_metadata(const std::string& text, const std::string& file);

std::string to_string(const Uuid& uuid);
/// Reads 8-4-4-4-12 hexadecimal digits; false if `text` is anything else.
bool parse_uuid(const std::string& text, Uuid& uuid);

}  // namespace ws::model
