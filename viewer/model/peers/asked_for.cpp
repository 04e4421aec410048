// SPDX-License-Identifier: Apache-2.0
#include "viewer/model/peers/asked_for.hpp"

#include "hyp/arch/syndrome.hpp"
#include "viewer/model/peers/raw_record_words.hpp"

namespace ws::model {
namespace {

constexpr u64 kRamBegin = 0x4000'0000;

/// The guests' board: where the VMMs of `ws run` put devices, as QEMU's virt has them.
trace::Device device_at(u64 address) {
    if (address >= 0x0800'0000 && address < 0x0801'0000) return trace::Device::distributor;
    if (address >= 0x080a'0000 && address < 0x0900'0000) return trace::Device::redistributor;
    if (address >= 0x0900'0000 && address < 0x0900'1000) return trace::Device::uart;
    return trace::Device::vmm;
}

u64 cut_to(u64 value, u8 bytes) { return bytes >= sizeof(u64) ? value : value & ((u64{1} << bytes * 8) - 1); }

}  // namespace

AskedFor asked_for(const std::array<u64, raw::kGeneralRegisters>& x, u64 vector, std::span<const u64> words) {
    AskedFor asked;
    if (exception_kind(vector) != ExceptionKind::synchronous) return asked;
    const u64 esr = words[kEsr];
    const Ec ec = ec_of(esr);
    if (ec == Ec::HVC64 || ec == Ec::SMC64) {
        static constexpr u64 kRangeOfPsci = 0x8400'0000;  // and with 64-bit arguments 0xC400'0000 (DEN 0028, 2.5)
        const bool psci = (x[0] & 0xBFFF'FFE0) == kRangeOfPsci;
        asked.what = psci ? AskedFor::What::psci : AskedFor::What::hypercall;
        asked.first = x[0];
        asked.argument = x[1];
        return asked;
    }
    const u64 address = reg::HPFAR_EL2::FIPA.get(words[kHpfar]) << 12 | (words[kFar] & 0xfff);
    if (ec != Ec::DABT_LOW || iss::dabt::ISV.get(esr) == 0 || address >= kRamBegin) return asked;
    asked.what = iss::dabt::WnR.get(esr) != 0 ? AskedFor::What::store : AskedFor::What::load;
    asked.first = address;
    asked.rt = static_cast<unsigned>(iss::dabt::SRT.get(esr));
    asked.argument = asked.rt < x.size() ? x[asked.rt] : 0;
    asked.bytes = static_cast<u8>(1U << iss::dabt::SAS.get(esr));
    asked.elr = words[kElr];
    return asked;
}

trace::payload::mmio mmio_of(const AskedFor& asked, const std::array<u64, raw::kGeneralRegisters>& x,
                             trace::Owner owner) {
    const bool load = asked.what == AskedFor::What::load;
    const u64 value = !load ? asked.argument : asked.rt < x.size() ? x[asked.rt] : 0;
    return {asked.first,
            cut_to(value, asked.bytes),
            owner,
            device_at(asked.first),
            load ? trace::Access::read : trace::Access::write,
            asked.bytes};
}

}  // namespace ws::model
