// SPDX-License-Identifier: Apache-2.0
// Capture: takes packets out of the rings of a running machine and makes a trace folder of them.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "viewer/model/base/error.hpp"
#include "viewer/model/format/metadata.hpp"

#include <filesystem>

namespace ws::model {

struct CaptureOptions {
    std::filesystem::path ram;  ///< guest RAM, a file that QEMU maps shared
    u64 offset = 0;             ///< byte of that file where the run page is
    std::filesystem::path out;  ///< the trace folder to make
    std::optional<Uuid> uuid;   ///< random if not given
    Env env;                    ///< what else is known of the run
};

struct CaptureResult {
    std::string verdict = "none";  ///< running, guest_exit, guest_crash, hypervisor_panic; none: no run page was seen
    u64 status = 0;
    std::string message;
    std::string design;
    std::string level = "off";  ///< off, traps, full
    u32 cpus = 0;
    u64 packets = 0;
    u64 events_discarded = 0;
    u64 bytes = 0;                      ///< of all streams
    std::vector<std::string> problems;  ///< what the rings said that cannot be; a line each
};

/// Captures until `wait` says so. `wait` sleeps a little and returns true once the machine has stopped: then what is
/// left in the rings is taken, the open packets too. No folder is made for a run at trace level `off`.
/// Throws TraceError when nothing sensible can be written.
CaptureResult capture(const CaptureOptions& options, const std::function<bool()>& wait);

/// A random UUID (version 4).
Uuid random_uuid();

}  // namespace ws::model
