// SPDX-License-Identifier: Apache-2.0
//
// A line is `KEY = VALUE`, or `KEY = CYCLES | SOURCE` for a cost; what follows a # at its start or after a space is a
// comment.
#include "viewer/model/explain/cost_profile.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <sstream>

#include "viewer/model/base/error.hpp"
#include "viewer/model/base/text_file.hpp"
#include "viewer/model/base/trimmed.hpp"

namespace ws::model {
namespace {

namespace fs = std::filesystem;

constexpr const char* kSuffix = ".profile";
constexpr i64 kThousand = 1000;
constexpr std::size_t kDecimals = 3;

std::string without_comment(const std::string& line) {
    for (std::size_t at = line.find('#'); at != std::string::npos; at = line.find('#', at + 1)) {
        if (at == 0 || line[at - 1] == ' ' || line[at - 1] == '\t') return line.substr(0, at);
    }
    return line;
}

bool all_digits(const std::string& text) {
    return std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; });
}

/// Reads one file.
class Parser {
  public:
    explicit Parser(const fs::path& file) : file_(file) {
        profile_.name = file.stem().string();
        for (const auto& [key, cost] : profile_costs(profile_)) costs_[key] = cost;
        words_ = {{"machine", &profile_.machine}, {"calibrated_on", &profile_.calibrated_on}};
    }

    CostProfile read(const std::string& text) {
        std::istringstream lines(text);
        for (std::string line; std::getline(lines, line);) {
            ++line_;
            const std::string content = trimmed(without_comment(line));
            if (!content.empty()) take(content);
        }
        ++line_;  // what is missing is missing at the end
        for (const auto& [key, text_of_key] : words_) demand(key);
        for (const auto& [key, cost] : profile_costs(profile_)) demand(key);
        for (const auto& [key, cost] : profile_costs(profile_)) profile_.published.push_back(cost->each);
        return profile_;
    }

  private:
    [[noreturn]] void fail(const std::string& reason) const {
        throw ProfileError(fmt::format("{}:{}: {}", file_.string(), line_, reason));
    }

    void demand(const std::string& key) const {
        if (lines_.count(key) == 0) fail(fmt::format("{} is missing", key));
    }

    void take(const std::string& content) {
        const std::size_t equals = content.find('=');
        if (equals == std::string::npos) fail(fmt::format("a line is KEY = VALUE, and this is \"{}\"", content));
        const std::string key = trimmed(content.substr(0, equals));
        const std::string value = trimmed(content.substr(equals + 1));
        const auto word = words_.find(key);
        const auto cost = costs_.find(key);
        if (word == words_.end() && cost == costs_.end()) fail(fmt::format("there is no key {}", key));
        const auto [first, added] = lines_.try_emplace(key, line_);
        if (!added) fail(fmt::format("{} has a value already, in line {}", key, first->second));
        if (word != words_.end()) {
            if (value.empty()) fail(fmt::format("{} has no value", key));
            *word->second = value;
            return;
        }
        const std::size_t bar = value.find('|');
        try {
            cost->second->each = parse_cycles(trimmed(value.substr(0, bar)));
        } catch (const ProfileError& error) {
            fail(fmt::format("{} is {}", key, error.what()));
        }
        cost->second->source = bar == std::string::npos ? "" : trimmed(value.substr(bar + 1));
        if (cost->second->source.empty()) {
            fail(fmt::format("{} has no source: write where it is from, or \"assumed\", after a |", key));
        }
    }

    fs::path file_;
    CostProfile profile_;
    std::map<std::string, Cost*> costs_;
    std::map<std::string, std::string*> words_;
    std::map<std::string, int> lines_;  ///< where each key has its value
    int line_ = 0;
};

std::string join(const std::vector<std::string>& names) { return fmt::format("{}", fmt::join(names, ", ")); }

std::string text_of(const fs::path& file) {
    static constexpr std::uintmax_t kMostBytes = 1U << 20;
    try {
        return read_text_file(file, kMostBytes, "a profile");
    } catch (const TraceError& error) {
        throw ProfileError(error.what());
    }
}

}  // namespace

std::vector<std::pair<std::string, Cost*>> profile_costs(CostProfile& profile) {
    std::vector<std::pair<std::string, Cost*>> costs = {{"exception", &profile.exception},
                                                        {"return", &profile.exception_return},
                                                        {"instruction", &profile.instruction},
                                                        {"controller_access", &profile.controller_access}};
    for (std::size_t c = 0; c < kRegisterClassCount; ++c) {
        const std::string name = kRegisterClasses[c].name;
        ClassCost& cost = profile.classes[c];
        if (kRegisterClasses[c].moved_as == MovedAs::block) {
            costs.emplace_back(name + ".save", &cost.save);
            costs.emplace_back(name + ".restore", &cost.restore);
        } else if (kRegisterClasses[c].moved_as == MovedAs::control) {
            costs.emplace_back(name + ".write", &cost.write);
        }
    }
    return costs;
}

Millicycles parse_cycles(const std::string& text) {
    const auto refuse = [](const std::string& reason) { throw ProfileError(reason); };
    const bool negative = !text.empty() && text[0] == '-';
    const std::string amount = negative ? text.substr(1) : text;
    const std::size_t point = std::min(amount.find('.'), amount.size());
    const std::string whole = amount.substr(0, point);
    std::string rest = point == amount.size() ? "" : amount.substr(point + 1);
    const bool number = all_digits(whole) && all_digits(rest) && !whole.empty() && amount.back() != '.';
    if (!number) refuse(fmt::format("\"{}\", which is not a number", text));
    if (negative) refuse(fmt::format("{}, and no cost is negative", text));
    if (rest.size() > kDecimals) refuse(fmt::format("{}: three decimals are the most", text));
    static constexpr std::size_t kMostDigits = 15;
    const i64 cycles = whole.size() > kMostDigits ? kMostCycles + 1 : std::stoll(whole);
    rest.append(kDecimals - rest.size(), '0');
    const Millicycles value = std::min(cycles, kMostCycles + 1) * kThousand + std::stoll(rest);
    if (value > kMostCycles * kThousand) refuse(fmt::format("{}: more than {} cycles are too many", text, kMostCycles));
    return value;
}

std::string cycles_text(Millicycles cycles) {
    std::string text = fmt::format("{}.{:03}", cycles / kThousand, cycles % kThousand);
    text.erase(text.find_last_not_of('0') + 1);
    if (text.back() == '.') text.pop_back();
    return text;
}

std::string profile_text(const CostProfile& profile) {
    CostProfile copy = profile;
    std::string text = "# What things cost in cycles, for `wstrace explain --profile`.\n";
    text += fmt::format("machine = {}\ncalibrated_on = {}\n", profile.machine, profile.calibrated_on);
    for (const auto& [key, cost] : profile_costs(copy)) {
        text += fmt::format("{} = {} | {}\n", key, cycles_text(cost->each), cost->source);
    }
    return text;
}

void set_cost(CostProfile& profile, const std::string& key_and_value) {
    const std::size_t equals = key_and_value.find('=');
    const std::string key = trimmed(key_and_value.substr(0, equals));
    for (const auto& [name, cost] : profile_costs(profile)) {
        if (name != key || equals == std::string::npos) continue;
        try {
            *cost = {parse_cycles(trimmed(key_and_value.substr(equals + 1))), "assumed"};
        } catch (const ProfileError& error) {
            throw ProfileError(fmt::format("{} is {}", key, error.what()));
        }
        return;
    }
    throw ProfileError(fmt::format("\"{}\" is no KEY=CYCLES with a key of a profile", key_and_value));
}

std::string CostProfile::told() const {
    CostProfile copy = *this;
    const auto costs = profile_costs(copy);
    std::vector<std::string> changes;
    for (std::size_t i = 0; i < costs.size() && i < published.size(); ++i) {
        const auto& [key, cost] = costs[i];
        if (cost->each == published[i]) continue;
        changes.push_back(fmt::format("{} {} -> {}", key, cycles_text(published[i]), cycles_text(cost->each)));
    }
    if (changes.empty()) return name;
    return fmt::format("{}, {} cost{} changed: {}", name, changes.size(), changes.size() == 1 ? "" : "s",
                       join(changes));
}

std::vector<std::string> profile_names() {
    std::vector<std::string> names;
    std::error_code none;
    for (const auto& entry : fs::directory_iterator(WS_PROFILES, none)) {
        if (entry.path().extension() == kSuffix) names.push_back(entry.path().stem().string());
    }
    std::sort(names.begin(), names.end());
    return names;
}

CostProfile CostProfile::parse(const std::string& text, const fs::path& file) { return Parser(file).read(text); }

CostProfile CostProfile::load(const std::string& name_or_path) {
    const fs::path given = name_or_path;
    const bool path = name_or_path.find('/') != std::string::npos || given.extension() == kSuffix;
    const fs::path file = path ? given : fs::path(WS_PROFILES) / (name_or_path + kSuffix);
    std::error_code error;
    if (!fs::exists(file, error) || fs::is_directory(file, error)) {
        throw ProfileError(path ? fmt::format("{}: there is no such profile", name_or_path)
                                : fmt::format("there is no profile {}; there are {}, or give a file's path",
                                              name_or_path, join(profile_names())));
    }
    CostProfile profile = parse(text_of(file), file);
    // A file that somebody has called as one of ours is that one with its costs changed, not that one.
    const fs::path ours = fs::path(WS_PROFILES) / (profile.name + kSuffix);
    std::error_code none;
    if (path && fs::exists(ours, none) && !fs::equivalent(file, ours, none)) {
        profile.published = load(profile.name).published;
    }
    return profile;
}

}  // namespace ws::model
