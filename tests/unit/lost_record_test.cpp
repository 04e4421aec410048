// SPDX-License-Identifier: Apache-2.0
// A raw log that has lost one record, of each kind once: a law of the trace or a count tells that something is missing.
#include <set>

#include "tests/unit/catch.hpp"
#include "tests/unit/raw_log_story.hpp"
#include "tests/unit/temporary_folder.hpp"
#include "viewer/model/laws/laws.hpp"
#include "viewer/model/operations/run.hpp"
#include "viewer/model/peers/converter.hpp"

using namespace ws;
using ws::test::RawLogStory;

namespace {

using Names = std::set<std::string>;

/// Three exits; before each the guest has given itself other tables, so that a value of the exit before is not right.
RawLogStory three_exits() {
    RawLogStory story;
    story.begin();
    for (int i = 0; i < 3; ++i) {
        ++story.guest_ttbr0;
        story.hypercall();
    }
    return story;
}

/// The laws that are broken, and `moves` where an operation does not restore as many registers of a class as it saves.
Names broken(const std::vector<u64>& words) {
    const test::TemporaryFolder folder;
    model::ConvertOptions options;
    options.out = folder.path() / "trace";
    model::convert(model::RawLog(words, "raw"), model::Symbols::parse(test::nvhe_symbols(), "kallsyms"), options);
    const model::Run run = model::Run::load(folder.path());
    Names names;
    for (const model::LawReport& law : model::check(run.trace).laws) {
        if (law.offences != 0) names.insert(law.law);
    }
    for (const model::Operation& operation : run.operations.all()) {
        for (const model::Moved& moved : operation.registers) {
            if (moved.saved != moved.restored) names.insert("moves");
        }
    }
    return names;
}

std::vector<u64> without(const std::vector<u64>& words, const model::RawRecord& lost) {
    std::vector<u64> left(words.begin(), words.begin() + static_cast<std::ptrdiff_t>(lost.at));
    left.insert(left.end(), words.begin() + static_cast<std::ptrdiff_t>(lost.at + 1 + lost.words.size()), words.end());
    // The record after it tells of the same moment as before.
    if (lost.at < left.size()) left[lost.at] += words[lost.at] >> 32 << 32;
    return left;
}

/// What is to be noticed of a lost record; nothing of one that tells neither a trap, a return nor a moved register.
Names expected(const model::RawRecord& lost) {
    const auto is = [&lost](SysregId id) { return lost.words[1] == raw::encoding(id); };
    switch (lost.kind) {
        case raw::Kind::exception:
        case raw::Kind::exception_return: return {"traps_and_erets_alternate"};
        case raw::Kind::read: return is(SysregId::TTBR0_EL1) ? Names{"saved_is_restored"} : Names{};
        case raw::Kind::stored: return {"moves"};
        case raw::Kind::general: return {"moves"};
        case raw::Kind::write:
            if (is(SysregId::HCR_EL2)) return {"stage2_is_the_guests"};
            return is(SysregId::TTBR0_EL1) ? Names{"moves"} : Names{};
        default: return {};
    }
}

}  // namespace

TEST_CASE("a log that has lost nothing breaks nothing", "[convert]") { CHECK(broken(three_exits().words).empty()); }

TEST_CASE("a lost record is missed by a law or a count, by name", "[convert]") {
    const RawLogStory story = three_exits();
    const model::RawLog log(story.words, "raw");
    // The second exit: there is one before it and one after it.
    std::size_t exits = 0;
    for (const model::RawRecord& record : log.records()) {
        if (record.kind == raw::Kind::exception && record.words[0] == RawLogStory::at(0x20c00)) ++exits;
        if (exits != 2) continue;
        const Names must = expected(record);
        if (must.empty()) continue;
        INFO("lost: kind " << static_cast<int>(record.kind) << ", " << std::hex << record.words[1] << ", word "
                           << std::dec << record.at);
        const Names names = broken(without(story.words, record));
        std::string told;
        for (const std::string& name : names) told += name + " ";
        INFO("told: " << told);
        for (const std::string& name : must) CHECK(names.contains(name));
    }
    CHECK(exits == 3);
}
