// SPDX-License-Identifier: Apache-2.0
#include "viewer/cli/text.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <sstream>

#include "viewer/cli/commands.hpp"
#include "viewer/cli/opened.hpp"

namespace ws::cli {

std::string strong(const std::string& text) {
    static const bool terminal = ::isatty(STDOUT_FILENO) != 0 && std::getenv("NO_COLOR") == nullptr;
    return terminal ? fmt::format("\033[1m{}\033[0m", text) : text;
}

std::size_t width(const std::string& text) {
    // A byte that continues a character is 0b10xxxxxx.
    return static_cast<std::size_t>(std::count_if(text.begin(), text.end(), [](char c) { return (c & 0xc0) != 0x80; }));
}

std::string wrapped(const std::string& text, std::size_t most) {
    std::string lines;
    std::string line;
    std::istringstream words(text);
    for (std::string word; words >> word;) {
        if (!line.empty() && width(line) + 1 + width(word) > most) {
            lines += line + "\n";
            line = "  " + word;
        } else {
            line += (line.empty() ? "" : " ") + word;
        }
    }
    return lines + line;
}

std::string Table::line(const std::vector<std::string>& cells, const std::vector<std::size_t>& widths) const {
    std::string text;
    for (std::size_t i = 0; i < cells.size(); ++i) {
        const std::string padding(widths[i] - width(cells[i]), ' ');
        text += i == 0 ? fmt::format("{}{}", cells[i], padding) : fmt::format("  {}{}", padding, cells[i]);
    }
    return text.substr(0, text.find_last_not_of(' ') + 1);
}

void Table::print() const {
    std::vector<std::size_t> widths;
    const auto measure = [&widths](const std::vector<std::string>& cells) {
        widths.resize(std::max(widths.size(), cells.size()), 0);
        for (std::size_t i = 0; i < cells.size(); ++i) widths[i] = std::max(widths[i], width(cells[i]));
    };
    measure(head_);
    for (const Row& row : rows_) measure(row.cells);
    if (!head_.empty()) fmt::print("{}\n", strong(line(head_, widths)));
    for (const Row& row : rows_) {
        fmt::print("{}\n", row.heading ? strong(line(row.cells, widths)) : line(row.cells, widths));
    }
}

void print_json(const Json& json, int indent) {
    if (damage_of_opened().empty() || !json.is_object()) {
        fmt::print("{}", report::text_of(json, indent));
        return;
    }
    Json with_damage = json;
    with_damage["damage"] = damage_of_opened();
    fmt::print("{}", report::text_of(with_damage, indent));
}

void print_dropped(const model::Trace& trace) {
    if (trace.discarded() == 0) return;
    fmt::print("warning: {}: {} events were dropped\n", trace.path().string(), thousands(trace.discarded()));
}

void print_not_measurable(const model::Run& run) {
    const u64 left_out = run.operations.not_measurable();
    if (left_out == 0) return;
    const std::string text =
        fmt::format("{} of {} operations are {} and left out of these figures: {}", thousands(left_out),
                    thousands(run.operations.all().size()), model::kNotMeasurable, model::kWhyNotMeasurable);
    fmt::print("\n{}\n", wrapped(text));
}

}  // namespace ws::cli
