// SPDX-License-Identifier: Apache-2.0
// libFuzzer's input is a raw log of another hypervisor's; its first byte says of which, and how much is taken as it is.
// What can be converted must be a trace that the model loads. raw_log_seeds.py writes logs to start from.
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <filesystem>

#include "tests/unit/raw_log_story.hpp"
#include "viewer/model/base/error.hpp"
#include "viewer/model/laws/laws.hpp"
#include "viewer/model/operations/run.hpp"
#include "viewer/model/operations/summary.hpp"
#include "viewer/model/peers/converter.hpp"

using namespace ws;
namespace fs = std::filesystem;

namespace {

/// Of the first byte: the file as it is, instead of records whose headers are made here.
constexpr u8 kAsItIs = 1;
/// Xen's symbols instead of KVM's.
constexpr u8 kXen = 2;

/// A record is, in the input: kind, CPU, instructions, the number of words that follow, and each of those in three
/// bytes. Words that do not follow are 0.
constexpr std::size_t kRecordHead = 4;
constexpr std::size_t kWordBytes = 3;

/// What words are mostly about: small numbers, the hypervisor's addresses, and fields of registers.
u64 word_of(u8 how, u64 value) {
    switch (how) {
        case 0: return value;
        case 1: return 0x10000 + value;                      // a function of the kernel's
        case 2: return test::kNvheOffset + 0x20000 + value;  // one of nVHE's
        case 3: return test::RawLogStory::kVcpu + value;
        case 4: return test::RawLogStory::kHostContext + value;
        case 5: return value << 16;      // ESR, HCR_EL2 of a host
        case 6: return value << 16 | 1;  // HCR_EL2 of a guest
        case 7: return value << 20;      // HCR_EL2.E2H
        case 8: return value << 20 | 1;
        case 9: return value << 48;
        default: return ~value;
    }
}

std::vector<u64> words_of_records(const u8* data, std::size_t size) {
    std::vector<u64> words = {raw::kRawMagic, raw::kRawVersion};
    while (size >= kRecordHead) {
        // Kinds are counted from 1, and there is none after the last.
        const u64 kind = 1 + data[0] % static_cast<u64>(raw::Kind::place);
        const std::size_t count = *model::words_of_kind(kind);
        const std::size_t given = std::min({std::size_t{data[3]}, count, (size - kRecordHead) / kWordBytes});
        words.push_back(raw::header(static_cast<raw::Kind>(kind), data[1] & 1, count, data[2]));
        data += kRecordHead;
        size -= kRecordHead + given * kWordBytes;
        for (std::size_t i = 0; i < given; ++i, data += kWordBytes) {
            words.push_back(word_of(data[0], data[1] | u64{data[2]} << 8));
        }
        words.resize(words.size() + count - given);
    }
    return words;
}

std::vector<u64> words_as_they_are(const u8* data, std::size_t size) {
    std::vector<u64> words(size / sizeof(u64));
    if (!words.empty()) std::memcpy(words.data(), data, words.size() * sizeof(u64));
    return words;
}

const model::Symbols& symbols_of(bool xen) {
    static const model::Symbols kvm =
        model::Symbols::parse(test::nvhe_symbols("0000000000012000 T __kvm_vcpu_run\n"
                                                 "0000000000012800 T __kvm_hyp_vector\n"
                                                 "0000000000013000 T __guest_exit\n"
                                                 "0000000000013100 T __guest_enter\n"
                                                 "0000000000013200 T sysreg_save_guest_state_vhe\n"),
                              "kallsyms");
    static const model::Symbols of_xen = model::Symbols::parse(
        "0x0000000000010000 T hyp_traps_vector\n0x0000000000011000 T do_trap_guest_sync\n"
        "0x0000000000012000 T leave_hypervisor_to_guest\n",
        "map");
    return xen ? of_xen : kvm;
}

void demand(bool good, const char* what) {
    if (good) return;
    std::fprintf(stderr, "raw_log_fuzzer: %s\n", what);
    std::abort();
}

/// Memory, where there is such a folder: a disk would be the slowest part.
fs::path folder() {
    const fs::path base = fs::exists("/dev/shm") ? fs::path("/dev/shm") : fs::temp_directory_path();
    return base / ("ws-raw-log-fuzzer-" + std::to_string(::getpid()));
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const u8* data, std::size_t size) {
    if (size == 0) return 0;
    const bool as_it_is = (data[0] & kAsItIs) != 0;
    const fs::path run = folder();
    fs::remove_all(run);
    model::ConvertOptions options;
    options.out = run / "trace";
    bool converted = false;
    try {
        model::RawLog log(as_it_is ? words_as_they_are(data + 1, size - 1) : words_of_records(data + 1, size - 1),
                          "raw");
        model::convert(log, symbols_of((data[0] & kXen) != 0), options);
        converted = true;
        const model::Run loaded = model::Run::load(run);
        for (const std::string& damage : loaded.trace.damage_told()) demand(false, damage.c_str());
        model::check(loaded.trace);
        model::summarize(loaded);
    } catch (const model::TraceError& error) {
        if (converted) std::fprintf(stderr, "%s\n", error.what());
        demand(!converted, "a trace was made that cannot be loaded");
        demand(!fs::exists(options.out), "a trace was left where none could be made");
        demand(std::strchr(error.what(), '\n') == nullptr, "an error of several lines");
    }
    fs::remove_all(run);
    return 0;
}
