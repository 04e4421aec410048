// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <algorithm>

#include "viewer/report/comparison_report.hpp"
#include "viewer/report/figures.hpp"
#include "viewer/report/rows.hpp"

namespace ws::report {
namespace {

/// Text of a run, in which nothing means anything to Markdown.
std::string escaped(const std::string& text) {
    std::string result;
    for (const char c : text) {
        if (c == '<') {
            result += "&lt;";
        } else if (c == '&') {
            result += "&amp;";
        } else if (c == '\n' || c == '\r') {
            result += ' ';
        } else {
            if (std::string("|\\`*_[]#").find(c) != std::string::npos) result += '\\';
            result += c;
        }
    }
    return result;
}

std::string line(const Row& row) { return fmt::format("| {} |\n", fmt::join(row, " | ")); }

/// Of the columns after the `words` first ones, figures stand to the right.
std::string table(const Row& head, const std::vector<Row>& rows, std::size_t words = 1) {
    std::string text = line(head) + "|";
    for (std::size_t i = 0; i < head.size(); ++i) text += i < words ? "---|" : "--:|";
    text += "\n";
    for (Row row : rows) {
        std::transform(row.begin(), row.end(), row.begin(), escaped);
        text += line(row);
    }
    return text;
}

Row part_row(const std::string& name, const Json& json) {
    Row row = {name};
    for (const char* unit : {"instructions", "cycles"}) {
        for (std::string& cell : cells(json, unit)) row.push_back(std::move(cell));
    }
    return row;
}

std::string explanation_of(const Json& kind, const Json& profile) {
    const Json& json = kind["explanation"];
    if (json.is_null()) return fmt::format("\nNot explained: {}.\n", escaped(kind["unexplained"].get<std::string>()));
    std::string text = fmt::format(
        "\nWhat the difference is made of, in pair {} of {}, whose costs are nearest to the medians. Cycles are "
        "modelled with "
        "the profile {}.\n\n",
        json["pair"].get<u64>(), json["pairs"].get<u64>(), escaped(profile["name"].get<std::string>()));
    text += markdown_of_causes(json) + markdown_of_parts(json) + "\n";
    for (const Json& sentence : json["sentences"]) text += fmt::format("- {}\n", escaped(sentence.get<std::string>()));
    return text;
}

}  // namespace

std::string markdown_of_causes(const Json& json) {
    std::string text = escaped(json["headline"].get<std::string>()) + "\n\n";
    for (const Json& cause : json["causes"]) {
        text +=
            fmt::format("**{}**, {} instructions. {}\n\n", escaped(cause["words"].get<std::string>()),
                        signed_thousands(cause["instructions"].get<i64>()), escaped(cause["why"].get<std::string>()));
    }
    return text;
}

std::string markdown_of_parts(const Json& json) {
    std::string text = line(
        {"", "A, instructions", "B, instructions", "B - A", "A, cycles (modelled)", "B, cycles (modelled)", "B - A"});
    text += "|---|--:|--:|--:|--:|--:|--:|\n";
    for (const Json& part : json["parts"]) {
        if (has(part)) text += line(part_row(part["words"].get<std::string>(), part));
    }
    return text + line(part_row("**whole**", json));
}

std::string markdown_of(const Json& report) {
    std::string text = fmt::format("# {} and {}, compared\n\n", escaped(report["names"]["a"].get<std::string>()),
                                   escaped(report["names"]["b"].get<std::string>()));
    text += table({"run", "A", "B"}, run_rows(report), 3);
    text += fmt::format("\n{}\n", pairing_sentence(report));
    for (const std::string& warning : warnings(report)) text += fmt::format("\n{}\n", escaped(warning));
    text += fmt::format("\n{} {}\n", kMeasured, escaped(modelled_sentence(report["profile"])));
    text += "\n## All kinds of operations\n\nOf a median operation, net instructions, measured.\n\n";
    text += table(kKindHead, kind_rows(report));
    for (const Json& kind : report["kinds"]) {
        text += fmt::format("\n## {}\n\n{} paired, {} in A alone, {} in B alone. Medians, measured:\n\n",
                            escaped(kind["kind"].get<std::string>()), kind["paired"].get<u64>(),
                            kind["only_a"].get<u64>(), kind["only_b"].get<u64>());
        text += table({"", "A", "B", "B - A"}, figure_rows(kind));
        text += explanation_of(kind, report["profile"]);
    }
    for (const Json& kind : report["of_several_operations"]) {
        text += fmt::format("\n## {}\n\n{} in A, {} in B, {} paired.\n", escaped(kind["kind"].get<std::string>()),
                            kind["in_a"].get<u64>(), kind["in_b"].get<u64>(), kind["paired"].get<u64>());
        text += explanation_of(kind, report["profile"]);
    }
    return text;
}

}  // namespace ws::report
