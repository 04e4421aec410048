// SPDX-License-Identifier: Apache-2.0
// Of whom a raw log is, where nVHE's code was, and what the trace's metadata say of it.
#pragma once

#include "viewer/model/peers/converter.hpp"

namespace ws::model {

/// With E2H it is VHE; Xen has a function for what KVM has not. Throws TraceError.
Peer peer_of(const RawLog& log, const Symbols& symbols);
/// Where nVHE's code is at EL2: at the vector that the first trap of the host's leads to. Throws TraceError.
void find_nvhe(const RawLog& log, Symbols& symbols);
/// How many vCPUs were entered: one more than the highest number.
u32 vcpus_of(const RawLog& log);
Metadata metadata_of(const ConvertOptions& options, Peer peer, u32 cpus, u32 vcpus);

}  // namespace ws::model
