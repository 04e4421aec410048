// SPDX-License-Identifier: Apache-2.0
#include "viewer/views/draw/text_format.hpp"

#include <fmt/format.h>

#include "viewer/model/base/thousands.hpp"
#include "viewer/model/operations/cost_parts.hpp"

namespace ws::view {
namespace {

struct WordText {
    const char* word;
    const char* text;
};
constexpr WordText kWords[] = {{"el1", "EL1"},   {"el2", "EL2"},        {"fp", "FP"},
                               {"vgic", "vGIC"}, {"stage2", "stage 2"}, {"vcpu", "vCPU"}};

}  // namespace

std::string grouped(u64 value) {
    return model::thousands(value);
}

std::string grouped(i64 value, bool plus) {
    const u64 size = value < 0 ? u64{0} - static_cast<u64>(value) : static_cast<u64>(value);
    return (value < 0 ? "\u2212" : plus && value > 0 ? "+" : "") + grouped(size);
}

std::string times(double ratio) {
    if (ratio <= 0) return {};
    return ratio < 10 ? fmt::format("{:.2f}\u00d7", ratio) : fmt::format("{:.0f}\u00d7", ratio);
}

std::string hex_groups(const std::string& hex) {
    if (hex.rfind("0x", 0) != 0 || hex.size() <= 6) return hex;
    std::string digits = hex.substr(2);
    for (std::size_t at = digits.size(); at > 4;) {
        at -= 4;
        digits.insert(at, 1, ' ');
    }
    return "0x" + digits;
}

std::string words(const std::string& name) {
    std::string result;
    for (std::size_t at = 0; at <= name.size();) {
        const std::size_t end = std::min(name.find('_', at), name.size());
        std::string word = name.substr(at, end - at);
        for (const WordText& known : kWords) {
            if (word == known.word) word = known.text;
        }
        result += (result.empty() ? "" : " ") + word;
        at = end + 1;
    }
    return result;
}

std::string cause_name(const std::string& cause) {
    const model::PartInfo* const part = model::find_part(cause);
    return part != nullptr ? part->words : words(cause);
}

std::string cause_short(const std::string& cause) {
    const model::PartInfo* const part = model::find_part(cause);
    return part != nullptr ? part->brief : words(cause);
}

std::string shortened(const std::string& text, std::size_t most) {
    if (text.size() <= most) return text;
    std::size_t end = most;
    while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xc0) == 0x80) --end;  // not within a character
    return text.substr(0, end) + "\u2026";
}

std::string counted(u64 count, const char* noun) {
    return grouped(count) + " " + noun + (count == 1 ? "" : "s");
}

}  // namespace ws::view
