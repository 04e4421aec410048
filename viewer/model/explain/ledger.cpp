// SPDX-License-Identifier: Apache-2.0
#include "viewer/model/explain/ledger.hpp"

#include <fmt/format.h>

#include <array>
#include <map>
#include <optional>
#include <set>
#include <tuple>

namespace ws::model {
namespace {

/// A register's value as an owner's copy in memory has it. X19 is kept in two places: with all the others, and as one
/// that a called function keeps.
using CopyKey = std::tuple<trace::Owner, RegisterClass, RegisterPlace>;

/// How far back a copy's value is looked for: some thousands of operations.
constexpr EventIndex kFarthest = 1'000'000;

class Bookkeeper {
  public:
    explicit Bookkeeper(const Trace& trace) : trace_(trace) { ledger_.entries.resize(hardware_registers().size()); }

    Ledger keep(const std::vector<EventIndex>& events) {
        if (!events.empty()) find_copies(events);
        for (const EventIndex index : events) take(index, trace_.event(index));
        for (const auto& [key, balance] : balances_) {
            LedgerEntry& entry = ledger_.entries[key.second];
            if (balance > 0) entry.saved_not_restored += static_cast<u32>(balance);
            if (balance < 0) entry.restored_not_saved += static_cast<u32>(-balance);
        }
        for (const LedgerEntry& entry : ledger_.entries) ledger_.total += entry;
        return std::move(ledger_);
    }

  private:
    /// What the copies in memory held before the operation: looked for backwards, from what moved them last.
    void find_copies(const std::vector<EventIndex>& events) {
        std::set<CopyKey> wanted;
        for (const EventIndex index : events) {
            const Event& event = trace_.event(index);
            const auto move = register_move(trace_, event);
            if (!move) continue;
            for (const RegisterPlace place : moved_registers(trace_, event)) wanted.insert(key_of(*move, place));
        }
        EventIndex index = events.front();
        for (EventIndex steps = 0; index > 0 && !wanted.empty() && steps < kFarthest; ++steps) {
            if (trace_.after_gap(index)) return;  // what was dropped may have moved them
            const Event& event = trace_.event(--index);
            const auto move = register_move(trace_, event);
            if (!move) continue;
            for (const MovedValue& moved : moved_values(trace_, event)) {
                const CopyKey key = key_of(*move, moved.place);
                if (wanted.erase(key) != 0) copies_[key] = moved.value;
            }
        }
    }

    static CopyKey key_of(const RegisterMove& move, RegisterPlace place) {
        return {move.owner, move.register_class, place};
    }

    void take(EventIndex index, const Event& event) {
        if (trace_.after_gap(index)) {
            copies_.clear();
            for (auto& cpu : live_) cpu.clear();
        }
        if (const auto move = register_move(trace_, event)) return take_move(event, *move);
        if (event.is(trace::EventId::control_write)) {
            const auto write = trace_.as<trace::payload::control_write>(event);
            const RegisterPlace place = place_of_sysreg(write.sysreg);
            if (place == kNoRegister) return;
            ++ledger_.entries[place].written;
            if (write.old_value == write.new_value) ++ledger_.entries[place].redundant_writes;
        } else if (event.is(trace::EventId::eret)) {
            // Who runs now may change them.
            live_[event.cpu()].clear();
        } else if (event.is(trace::EventId::trap)) {
            const auto trap = trace_.as<trace::payload::trap>(event);
            live(event, place_of_sysreg(SysregId::ELR_EL2)) = RegisterValue{trap.ELR_EL2, 0};
            live(event, place_of_sysreg(SysregId::SPSR_EL2)) = RegisterValue{trap.SPSR_EL2, 0};
        }
    }

    void take_move(const Event& event, const RegisterMove& move) {
        for (const auto& [place, value] : moved_values(trace_, event)) {
            const HardwareRegister& hardware = hardware_registers()[place];
            LedgerEntry& entry = ledger_.entries[place];
            std::optional<RegisterValue>& now = live(event, place);
            const auto [copy, first_copy] = copies_.try_emplace(key_of(move, place), value);
            balances_[{move.owner, place}] += move.is_save() ? 1 : -1;
            if (move.is_save()) {
                ++entry.saved;
                if (!first_copy && copy->second == value) ++entry.redundant_saves;
            } else {
                ++entry.restored;
                if (now == value) ++entry.redundant_restores;
            }
            // The hypervisor's own code uses the general-purpose registers before the next event.
            const bool lasts =
                !hardware.general_purpose() && !(move.is_save() && turned_off_after_save(move.register_class));
            now = lasts ? std::optional(value) : std::nullopt;
            copy->second = value;
        }
    }

    std::optional<RegisterValue>& live(const Event& event, RegisterPlace place) { return live_[event.cpu()][place]; }

    const Trace& trace_;
    Ledger ledger_;
    std::map<CopyKey, RegisterValue> copies_;
    std::array<std::map<RegisterPlace, std::optional<RegisterValue>>, trace::kMaxCpus> live_;  ///< what is known of it
    std::map<std::pair<trace::Owner, RegisterPlace>, int> balances_;                           ///< saves less restores
};

/// `saved`, or `saved 2x`.
void add(std::string& text, const char* what, u32 count) {
    if (count == 0) return;
    if (!text.empty()) text += ", ";
    text += count == 1 ? what : fmt::format("{} {}x", what, count);
}

}  // namespace

LedgerEntry& LedgerEntry::operator+=(const LedgerEntry& other) {
    saved += other.saved;
    restored += other.restored;
    written += other.written;
    redundant_saves += other.redundant_saves;
    redundant_restores += other.redundant_restores;
    redundant_writes += other.redundant_writes;
    saved_not_restored += other.saved_not_restored;
    restored_not_saved += other.restored_not_saved;
    return *this;
}

Ledger keep_ledger(const Trace& trace, const std::vector<EventIndex>& events) { return Bookkeeper(trace).keep(events); }

std::string treatment(const HardwareRegister& hardware, const LedgerEntry& entry, Layout layout) {
    if (entry.moves() == 0) {
        return layout == Layout::e2h1 && hardware.redirected() ? "redirected by E2H" : "untouched";
    }
    std::string text;
    add(text, "saved", entry.saved);
    add(text, "restored", entry.restored);
    add(text, "written", entry.written);
    return text;
}

std::string remark(const LedgerEntry& entry) {
    std::string text;
    if (entry.redundant() > 0) text = fmt::format("{} of {} redundant", entry.redundant(), entry.moves());
    if (entry.saved_not_restored > 0) text += (text.empty() ? "" : ", ") + std::string("saved but not restored");
    if (entry.restored_not_saved > 0) text += (text.empty() ? "" : ", ") + std::string("restored but not saved");
    return text;
}

}  // namespace ws::model
