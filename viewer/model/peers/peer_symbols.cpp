// SPDX-License-Identifier: Apache-2.0
#include "viewer/model/peers/peer_symbols.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <string_view>

#include "viewer/model/base/error.hpp"
#include "viewer/model/base/text_file.hpp"

namespace ws::model {
namespace {

constexpr std::string_view kNvhePrefix = "__kvm_nvhe_";
constexpr u64 kLargestFunction = 1 << 20;  // what is further from a function's start is not in it
constexpr std::uintmax_t kMostBytes = 64 << 20;

/// A line's address and name, where it is one of a function: letters t, T, w, W.
std::optional<Symbol> parse_line(std::string_view line) {
    u64 address = 0;
    if (line.starts_with("0x")) line.remove_prefix(2);  // Xen's map
    const auto [end, error] = std::from_chars(line.data(), line.data() + line.size(), address, 16);
    if (error != std::errc{}) return std::nullopt;
    line.remove_prefix(static_cast<std::size_t>(end - line.data()));
    if (line.size() < 4 || line[0] != ' ' || line[2] != ' ') return std::nullopt;
    if (std::string_view("tTwW").find(line[1]) == std::string_view::npos) return std::nullopt;
    std::string_view name = line.substr(3);
    name = name.substr(0, name.find_first_of(" \t\r"));
    if (name.empty() || name[0] == '$') return std::nullopt;
    const bool nvhe = name.starts_with(kNvhePrefix);
    if (nvhe) name.remove_prefix(kNvhePrefix.size());
    name.remove_prefix(name.find('#') + 1);  // Xen's map says of which file a local function is: entry.o#guest_sync
    const std::size_t dot = name.find('.', 1);
    return Symbol{address, std::string(name.substr(0, dot)), nvhe};
}

}  // namespace

Symbols Symbols::read(const std::filesystem::path& file) {
    return parse(read_text_file(file, kMostBytes, "a list of symbols"), file.string());
}

Symbols Symbols::parse(const std::string& text, const std::string& file) {
    Symbols symbols;
    bool any_address = false;
    for (std::size_t at = 0; at < text.size();) {
        const std::size_t end = std::min(text.find('\n', at), text.size());
        if (auto symbol = parse_line(std::string_view(text).substr(at, end - at))) {
            any_address = any_address || symbol->address != 0;
            symbols.all_.push_back(std::move(*symbol));
        }
        at = end + 1;
    }
    if (symbols.all_.empty()) throw TraceError(file, "has no line with a function's address, a letter and its name");
    if (!any_address) throw TraceError(file, "has no addresses: /proc/kallsyms shows them while kptr_restrict is 0");
    std::stable_sort(symbols.all_.begin(), symbols.all_.end(),
                     [](const Symbol& a, const Symbol& b) { return a.address < b.address; });
    return symbols;
}

std::optional<u32> Symbols::find(u64 address) const {
    const auto look = [this](u64 there, bool moved) -> std::optional<u32> {
        const auto after = std::upper_bound(all_.begin(), all_.end(), there,
                                            [](u64 value, const Symbol& symbol) { return value < symbol.address; });
        if (after == all_.begin()) return std::nullopt;
        auto symbol = after - 1;
        // Of several at one address the first is the function's.
        while (symbol != all_.begin() && (symbol - 1)->address == symbol->address) --symbol;
        if (there - symbol->address >= kLargestFunction || (moved && !symbol->nvhe)) return std::nullopt;
        return static_cast<u32>(symbol - all_.begin());
    };
    if (const auto found = look(address, false)) return found;
    return nvhe_offset_ == 0 ? std::nullopt : look(address - nvhe_offset_, true);
}

std::optional<u64> Symbols::address_of(const std::string& name, bool nvhe) const {
    const auto same = [&](const Symbol& symbol) { return symbol.nvhe == nvhe && symbol.name == name; };
    const auto found = std::find_if(all_.begin(), all_.end(), same);
    if (found == all_.end()) return std::nullopt;
    return found->address;
}

}  // namespace ws::model
