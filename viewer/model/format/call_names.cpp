// SPDX-License-Identifier: Apache-2.0
#include "viewer/model/format/call_names.hpp"

namespace ws::model {

const char* hypercall_name(u64 function) {
    switch (function) {
#define HYPERCALL(function, name, meaning) \
    case function:                         \
        return #name;
#include "hyp/trace/format/hypercalls.def"
#undef HYPERCALL
        default:
            return nullptr;
    }
}

const char* psci_name(u64 function) {
    static constexpr u64 kSmc64 = 0x4000'0000;  // the same function with 64-bit arguments (DEN 0028, 2.5)
    switch (function & ~kSmc64) {
        case 0x8400'0000:
            return "PSCI_VERSION";
        case 0x8400'0001:
            return "CPU_SUSPEND";
        case 0x8400'0002:
            return "CPU_OFF";
        case 0x8400'0003:
            return "CPU_ON";
        case 0x8400'0004:
            return "AFFINITY_INFO";
        case 0x8400'0005:
            return "MIGRATE";
        case 0x8400'0006:
            return "MIGRATE_INFO_TYPE";
        case 0x8400'0007:
            return "MIGRATE_INFO_UP_CPU";
        case 0x8400'0008:
            return "SYSTEM_OFF";
        case 0x8400'0009:
            return "SYSTEM_RESET";
        case 0x8400'000A:
            return "PSCI_FEATURES";
        case 0x8400'000B:
            return "CPU_FREEZE";
        case 0x8400'000C:
            return "CPU_DEFAULT_SUSPEND";
        case 0x8400'000D:
            return "NODE_HW_STATE";
        case 0x8400'000E:
            return "SYSTEM_SUSPEND";
        case 0x8400'000F:
            return "PSCI_SET_SUSPEND_MODE";
        case 0x8400'0010:
            return "PSCI_STAT_RESIDENCY";
        case 0x8400'0011:
            return "PSCI_STAT_COUNT";
        case 0x8400'0012:
            return "SYSTEM_RESET2";
        default:
            return nullptr;
    }
}

}  // namespace ws::model
