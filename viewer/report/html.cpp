// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <algorithm>

#include "viewer/report/comparison_report.hpp"
#include "viewer/report/figures.hpp"
#include "viewer/report/html_style.hpp"
#include "viewer/report/rows.hpp"

namespace ws::report {
namespace {

/// Text of a run as text of the page. What XML has no character for becomes a replacement character.
std::string html_escaped(const std::string& text) {
    std::string result;
    for (const char c : text) {
        switch (c) {
            case '&': result += "&amp;"; break;
            case '<': result += "&lt;"; break;
            case '>': result += "&gt;"; break;
            case '"': result += "&quot;"; break;
            default:
                if (static_cast<unsigned char>(c) < 0x20 && c != '\n' && c != '\t') {
                    result += "\ufffd";
                } else {
                    result += c;
                }
        }
    }
    return result;
}

std::string row_of(const Row& row, const char* cell, const char* attributes = "") {
    std::string text = fmt::format("<tr{}>", attributes);
    for (const std::string& one : row) text += fmt::format("<{0}>{1}</{0}>", cell, html_escaped(one));
    return text + "</tr>\n";
}

std::string html_table(const Row& head, const std::vector<Row>& rows, const char* attributes = "") {
    std::string text =
        fmt::format("<div class=\"wide\"><table{}>\n<thead>{}</thead>\n<tbody>\n", attributes, row_of(head, "th"));
    for (const Row& row : rows) text += row_of(row, "td");
    return text + "</tbody></table></div>\n";
}

/// One of the two scales of an explanation, as a waterfall: from A's whole, part by part, to B's.
class Waterfall {
  public:
    Waterfall(const Json& explanation, const char* unit) : json_(explanation), unit_(unit) {
        longest_ = std::max<i64>({value(json_, "a"), value(json_, "b"), 1});
    }

    std::string text() const {
        std::string rows = whole("A, whole", "a");
        i64 level = value(json_, "a");
        for (const Json& part : json_["parts"]) {
            if (!has(part)) continue;
            const i64 by = value(part, "b") - value(part, "a");
            const std::string cause = part["part"].get<std::string>();
            std::string name = fmt::format("<span class=\"swatch c-{}\"></span>{}", html_escaped(cause),
                                           html_escaped(part["words"].get<std::string>()));
            rows += row("", name, cells(part, unit_),
                        bar(std::min(level, level + by), std::max(level, level + by), cause, by != 0));
            level += by;
        }
        rows += whole("B, whole", "b");
        return fmt::format(
            "<div class=\"wide\"><table>\n<thead><tr><th></th><th>A</th><th>B</th><th>B - A</th><th>from A to "
            "B</th></tr>"
            "</thead>\n<tbody>\n{}</tbody></table></div>\n",
            rows);
    }

  private:
    i64 value(const Json& json, const char* side) const {
        const Json& figure = json[unit_][side];
        return figure.is_number_float() ? rounded(figure) : figure.get<i64>();
    }

    std::string bar(i64 from, i64 to, const std::string& cause, bool any) const {
        if (!any) return "";
        const auto percent = [this](i64 at) {
            return std::clamp(100.0 * static_cast<double>(at) / static_cast<double>(longest_), 0.0, 100.0);
        };
        return fmt::format("<div class=\"bar c-{}\" style=\"left: {:.2f}%; width: {:.2f}%\"></div>",
                           html_escaped(cause), percent(from), percent(to) - percent(from));
    }

    std::string whole(const char* name, const char* side) const {
        Row figures = cells(json_, unit_);
        const bool a = *side == 'a';
        figures[a ? 1 : 0].clear();
        if (a) figures[2].clear();
        return row(" class=\"whole\"", name, figures, bar(0, value(json_, side), "whole", true));
    }

    static std::string row(const char* attributes, const std::string& name, const Row& figures,
                           const std::string& bar) {
        std::string text = fmt::format("<tr{}><td>{}</td>", attributes, name);
        for (const std::string& figure : figures) text += fmt::format("<td>{}</td>", html_escaped(figure));
        return text + fmt::format("<td class=\"bars\"><div class=\"track\">{}</div></td></tr>\n", bar);
    }

    const Json& json_;
    const char* unit_;
    i64 longest_;
};

/// The whole, and why, each cause with its colour.
std::string html_causes(const Json& json) {
    std::string text = fmt::format("<p class=\"headline\">{}</p>\n", html_escaped(json["headline"].get<std::string>()));
    for (const Json& cause : json["causes"]) {
        text += fmt::format(
            "<p class=\"cause\"><span class=\"swatch c-{}\"></span><span class=\"name\">{}</span>, {} instructions. "
            "{}</p>\n",
            html_escaped(cause["part"].get<std::string>()), html_escaped(cause["words"].get<std::string>()),
            signed_thousands(cause["instructions"].get<i64>()), html_escaped(cause["why"].get<std::string>()));
    }
    return text;
}

std::string html_explanation(const Json& kind, const Json& profile) {
    const Json& json = kind["explanation"];
    if (json.is_null()) {
        return fmt::format("<p class=\"note\">Not explained: {}.</p>\n",
                           html_escaped(kind["unexplained"].get<std::string>()));
    }
    std::string text = fmt::format(
        "<p class=\"note\">What the difference is made of, in pair {} of {}, whose costs are nearest to the "
        "medians.</p>\n",
        json["pair"].get<u64>(), json["pairs"].get<u64>());
    text += html_causes(json);
    text += "<h3>Instructions, measured</h3>\n" + Waterfall(json, "instructions").text();
    text += fmt::format("<h3>Cycles, modelled with the profile {}</h3>\n",
                        html_escaped(profile["name"].get<std::string>()));
    text += Waterfall(json, "cycles").text() + "<ul>\n";
    for (const Json& sentence : json["sentences"])
        text += fmt::format("<li>{}</li>\n", html_escaped(sentence.get<std::string>()));
    return text + "</ul>\n";
}

std::string head_of(const Json& report, const std::string& title) {
    std::string text = fmt::format("<h1>{}</h1>\n", title);
    text += html_table({"run", "A", "B"}, run_rows(report), " class=\"words\"");
    text += fmt::format("<p>{}</p>\n", html_escaped(pairing_sentence(report)));
    for (const std::string& warning : warnings(report))
        text += fmt::format("<p class=\"warning\">{}</p>\n", html_escaped(warning));
    text += fmt::format("<p class=\"note\">{} {}</p>\n", kMeasured, html_escaped(modelled_sentence(report["profile"])));
    text +=
        "<h2>All kinds of operations</h2>\n<p class=\"note\">Of a median operation, net instructions, measured.</p>\n";
    return text + html_table(kKindHead, kind_rows(report));
}

}  // namespace

std::string html_of(const Json& report) {
    const std::string title = html_escaped(report["names"]["a"].get<std::string>() + " and " +
                                           report["names"]["b"].get<std::string>() + ", compared");
    std::string text = fmt::format(
        "<!DOCTYPE html>\n<html xmlns=\"http://www.w3.org/1999/xhtml\" lang=\"en\">\n<head>\n<meta charset=\"utf-8\" "
        "/>\n"
        "<meta name=\"viewport\" content=\"width=device-width\" "
        "/>\n<title>{}</title>\n<style>{}</style>\n</head>\n<body>\n",
        title, style_sheet());
    text += head_of(report, title);
    for (const Json& kind : report["kinds"]) {
        text += fmt::format("<h2>{}</h2>\n<p>{} paired, {} in A alone, {} in B alone. Medians, measured:</p>\n",
                            html_escaped(kind["kind"].get<std::string>()), kind["paired"].get<u64>(),
                            kind["only_a"].get<u64>(), kind["only_b"].get<u64>());
        text += html_table({"", "A", "B", "B - A"}, figure_rows(kind)) + html_explanation(kind, report["profile"]);
    }
    for (const Json& kind : report["of_several_operations"]) {
        text += fmt::format("<h2>{}</h2>\n<p>{} in A, {} in B, {} paired.</p>\n",
                            html_escaped(kind["kind"].get<std::string>()), kind["in_a"].get<u64>(),
                            kind["in_b"].get<u64>(), kind["paired"].get<u64>());
        text += html_explanation(kind, report["profile"]);
    }
    return text + "</body>\n</html>\n";
}

}  // namespace ws::report
