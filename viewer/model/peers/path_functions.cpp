// SPDX-License-Identifier: Apache-2.0
#include "viewer/model/peers/path_functions.hpp"

#include <algorithm>
#include <iterator>

namespace ws::model {
namespace {

/// Of whom a row is: of one, or of both kinds of KVM.
enum class Of : u8 { nvhe, vhe, kvm, xen };

constexpr bool fits(Of of, Peer peer) {
    switch (of) {
        case Of::nvhe: return peer == Peer::nvhe;
        case Of::vhe: return peer == Peer::vhe;
        case Of::kvm: return peer != Peer::xen;
        case Of::xen: return peer == Peer::xen;
    }
    return false;
}

enum class Context : u8 { guest, host, any };

/// The registers that AFTER_CALL names.
enum class Until : u16 {
    none = 0xffff,
#define SYSREG(name, ...) name = static_cast<u16>(SysregId::name),
#include "hyp/arch/sysregs.def"
#undef SYSREG
};

struct FunctionRow {
    Of of;
    PathFunction row;
};
struct AfterRow {
    Of of;
    std::string_view function;
    std::string_view callee;
    Context context;
    PathStep step;
    Until until;
    PathStep then;
};
struct VcpuRow {
    Of of;
    std::string_view function;
    unsigned argument;
};
struct KeptRow {
    Of of;
    std::string_view function;
    trace::Operation operation;
    RegisterClass register_class;
};

constexpr FunctionRow kFunctions[] = {
#define PATH_FUNCTION(hypervisor, function, callees, guest, host) \
    {Of::hypervisor, {function, Callees::callees, PathStep::guest, PathStep::host}},
#define AFTER_CALL(...)
#define VCPU_ARGUMENT(...)
#define CONTEXT_ARGUMENT(...)
#define CALLER_KEPT(...)
#include "viewer/model/peers/path_functions.def"
};
constexpr AfterRow kAfter[] = {
#define PATH_FUNCTION(...)
#define AFTER_CALL(hypervisor, function, callee, context, step, register, then) \
    {Of::hypervisor, function, callee, Context::context, PathStep::step, Until::register, PathStep::then},
#define VCPU_ARGUMENT(...)
#define CONTEXT_ARGUMENT(...)
#define CALLER_KEPT(...)
#include "viewer/model/peers/path_functions.def"
};
constexpr VcpuRow kVcpus[] = {
#define PATH_FUNCTION(...)
#define AFTER_CALL(...)
#define VCPU_ARGUMENT(hypervisor, function, argument) {Of::hypervisor, function, argument},
#define CONTEXT_ARGUMENT(...)
#define CALLER_KEPT(...)
#include "viewer/model/peers/path_functions.def"
};
constexpr VcpuRow kContexts[] = {
#define PATH_FUNCTION(...)
#define AFTER_CALL(...)
#define VCPU_ARGUMENT(...)
#define CONTEXT_ARGUMENT(hypervisor, function, argument) {Of::hypervisor, function, argument},
#define CALLER_KEPT(...)
#include "viewer/model/peers/path_functions.def"
};
constexpr KeptRow kKept[] = {
#define PATH_FUNCTION(...)
#define AFTER_CALL(...)
#define VCPU_ARGUMENT(...)
#define CONTEXT_ARGUMENT(...)
#define CALLER_KEPT(hypervisor, function, operation, class) \
    {Of::hypervisor, function, trace::Operation::operation, RegisterClass::class},
#include "viewer/model/peers/path_functions.def"
};

}  // namespace

const char* design_name(Peer peer) {
    switch (peer) {
        case Peer::nvhe: return "kvm-nvhe";
        case Peer::vhe: return "kvm-vhe";
        case Peer::xen: break;
    }
    return "xen";
}

std::optional<Peer> peer_of_design(std::string_view design) {
    for (const Peer peer : {Peer::nvhe, Peer::vhe, Peer::xen}) {
        if (design == design_name(peer)) return peer;
    }
    return std::nullopt;
}

const PathFunction* find_path_function(Peer peer, std::string_view function) {
    const auto found = std::find_if(std::begin(kFunctions), std::end(kFunctions), [&](const FunctionRow& row) {
        return fits(row.of, peer) && row.row.function == function;
    });
    return found == std::end(kFunctions) ? nullptr : &found->row;
}

std::optional<AfterCall> after_call(Peer peer, std::string_view function, std::string_view callee, bool for_host) {
    for (const AfterRow& row : kAfter) {
        const bool context = row.context == Context::any || (row.context == Context::host) == for_host;
        if (!fits(row.of, peer) || row.function != function || row.callee != callee || !context) continue;
        std::optional<SysregId> until;
        if (row.until != Until::none) until = static_cast<SysregId>(row.until);
        return AfterCall{row.step, until, row.then};
    }
    return std::nullopt;
}

std::optional<unsigned> vcpu_argument(Peer peer, std::string_view function) {
    for (const VcpuRow& row : kVcpus) {
        if (fits(row.of, peer) && row.function == function) return row.argument;
    }
    return std::nullopt;
}

unsigned context_argument(Peer peer, std::string_view function) {
    for (const VcpuRow& row : kContexts) {
        if (fits(row.of, peer) && row.function == function) return row.argument;
    }
    return 0;
}

std::optional<RegisterClass> caller_kept(Peer peer, std::string_view function, trace::Operation operation) {
    for (const KeptRow& row : kKept) {
        if (fits(row.of, peer) && row.function == function && row.operation == operation) return row.register_class;
    }
    return std::nullopt;
}

std::string_view function_of_step(Peer peer, u8 step) {
    for (const AfterRow& row : kAfter) {
        if (fits(row.of, peer) && static_cast<u8>(row.step) == step) return row.function;
    }
    for (const FunctionRow& row : kFunctions) {
        const bool same = static_cast<u8>(row.row.guest) == step || static_cast<u8>(row.row.host) == step;
        if (fits(row.of, peer) && same) return row.row.function;
    }
    return {};
}

}  // namespace ws::model
