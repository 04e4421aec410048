// SPDX-License-Identifier: Apache-2.0
// A machine's costs in cycles, read from a text file that anyone can edit: viewer/profiles has some. Each value has its
// source beside it, or says that it is assumed. Nothing here is measured by this project.
#pragma once

#include <array>
#include <filesystem>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "hyp/trace/format/layout.hpp"

namespace ws::model {

/// Thousandths of a cycle: whole numbers, so that sums are exact.
using Millicycles = i64;

/// A profile that cannot be used. `what()` is one line: file, line and reason.
class ProfileError : public std::runtime_error {
  public:
    using std::runtime_error::runtime_error;
};

/// What something costs each time, and who says so.
struct Cost {
    Millicycles each = 0;
    std::string source;
    friend bool operator==(const Cost&, const Cost&) = default;
};

struct ClassCost {
    Cost save;     ///< of one register, with all that the code around it does
    Cost restore;  ///< the same
    Cost write;    ///< of one control register
    friend bool operator==(const ClassCost&, const ClassCost&) = default;
};

struct CostProfile {
    std::string name;           ///< that of the file, without .profile
    std::string machine;        ///< which machine it is for
    std::string calibrated_on;  ///< the benchmark and the design that the calibrated values were taken from, or `none`
    std::array<ClassCost, kRegisterClassCount> classes;
    Cost exception;          ///< an exception is taken
    Cost exception_return;   ///< ERET
    Cost instruction;        ///< one of code that moves no registers of a class
    Cost controller_access;  ///< one access to the physical interrupt controller
    /// The costs as they are published under this name, in the order of profile_costs().
    std::vector<Millicycles> published;

    friend bool operator==(const CostProfile&, const CostProfile&) = default;

    /// What the costs are to be called wherever figures are made of them: `xgene-gicv2`, or, where somebody has changed
    /// some, `xgene-gicv2, 1 cost changed: exception 72 -> 200`.
    std::string told() const;

    /// By the name of one that viewer/profiles has, or by a path. Throws ProfileError.
    static CostProfile load(const std::string& name_or_path);
    /// Reads a profile's text. `file` is for messages and for the name.
    static CostProfile parse(const std::string& text, const std::filesystem::path& file);
};

/// The keys of the costs with their places in a profile, in the order in which a file should have them: what must move
/// as a block has NAME.save and NAME.restore, what is configured NAME.write.
std::vector<std::pair<std::string, Cost*>> profile_costs(CostProfile& profile);

/// Reads a cost in cycles with at most three decimals. Throws ProfileError that says what is wrong with it.
Millicycles parse_cycles(const std::string& text);
/// Writes it as parse_cycles() reads it: `3.727`.
std::string cycles_text(Millicycles cycles);
/// A profile's file.
std::string profile_text(const CostProfile& profile);
/// `KEY=CYCLES`: another cost, its source `assumed`. Throws ProfileError.
void set_cost(CostProfile& profile, const std::string& key_and_value);

/// The names that load() knows, ascending.
std::vector<std::string> profile_names();

inline constexpr const char* kDefaultProfile = "xgene-gicv2";
inline constexpr i64 kMostCycles = 1'000'000;  ///< a cost above that is a mistake

}  // namespace ws::model
