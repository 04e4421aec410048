// SPDX-License-Identifier: Apache-2.0
// Makes a trace of what the plugin outside_recorder has seen of a hypervisor that has no recorder of its own: KVM with
// and without VHE, and Xen. What happened is in the raw log (raw_log.hpp); what the hypervisor's functions are to a
// world switch stands in path_functions.def. A function of the way into or out of a guest that has no row there is an
// error.
#pragma once

#include <filesystem>
#include <optional>
#include <string>

#include "viewer/model/format/metadata.hpp"
#include "viewer/model/peers/path_functions.hpp"
#include "viewer/model/peers/peer_symbols.hpp"
#include "viewer/model/peers/raw_log_reader.hpp"

namespace ws::model {

struct ConvertOptions {
    std::filesystem::path out;  ///< the trace folder to make
    std::optional<Uuid> uuid;   ///< random if not given
    Env env;                    ///< what is known of the run: guest, hypervisor, packages
};

struct ConvertResult {
    std::string design;
    u32 cpus = 0;
    u32 vcpus = 0;
    u64 events = 0;
    u64 windows = 0;
    u64 unknown_before = 0;  ///< writes of control registers whose value before nobody has seen: told as 0
};

/// Throws TraceError; then there is no trace folder.
ConvertResult convert(const RawLog& log, Symbols symbols, const ConvertOptions& options);

}  // namespace ws::model
