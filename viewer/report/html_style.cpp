// SPDX-License-Identifier: Apache-2.0
#include "viewer/report/html_style.hpp"

#include <fmt/format.h>

#include "viewer/model/explain/palette.hpp"

namespace ws::report {
namespace {

constexpr const char* kSheet = R"(
:root { color-scheme: light dark; --ground: #ffffff; --text: #1b1f26; --muted: #586070; --line: #d9dde3;
  --track: #eef0f3; --transition: #TRANSITION_LIGHT; --other: #OTHER_LIGHT; }
@media (prefers-color-scheme: dark) { :root { --ground: #15181d; --text: #e8eaee; --muted: #a2a9b5; --line: #323842;
  --track: #1e2229; --transition: #TRANSITION_DARK; --other: #OTHER_DARK; } }
body { margin: 2rem auto; max-width: 72rem; padding: 0 1rem; background: var(--ground); color: var(--text);
  font: 15px/1.5 system-ui, sans-serif; }
h1 { font-size: 1.7rem; } h2 { font-size: 1.25rem; margin-top: 2.5rem; border-top: 1px solid var(--line); padding-top: 1rem; }
h3 { font-size: 1rem; margin-bottom: 0.3rem; } p.note { color: var(--muted); } p.warning { font-weight: bold; }
p.headline { font-weight: bold; margin-bottom: 0.4rem; }
p.cause { margin: 0 0 0.4rem; max-width: 60rem; }
p.cause .name { font-weight: bold; }
.wide { overflow-x: auto; }
table { border-collapse: collapse; margin: 0.5rem 0 1rem; }
th, td { padding: 0.15rem 0.7rem; text-align: right; border-bottom: 1px solid var(--line);
  font-variant-numeric: tabular-nums; white-space: nowrap; }
th { color: var(--muted); font-weight: normal; }
th:first-child, td:first-child, table.words td { text-align: left; }
table.words td { white-space: normal; overflow-wrap: anywhere; }
tr.whole td { font-weight: bold; }
td.bars { width: 26rem; min-width: 16rem; padding: 0.1rem 0; }
.track { position: relative; height: 1rem; background: var(--track); }
.bar { position: absolute; top: 0; height: 1rem; min-width: 1px; }
.swatch { display: inline-block; width: 0.8rem; height: 0.8rem; margin-right: 0.5rem; vertical-align: -0.05rem; }
.c-whole { background-color: var(--muted); }
.c-transitions { background-color: var(--transition); }
.c-residual { background-color: var(--other); HATCHING }
.c-other_cpus { background-color: var(--other); HATCHING }
@media print { .bar, .swatch { print-color-adjust: exact; } }
)";

constexpr const char* kHatching =
    "background-image: repeating-linear-gradient(135deg, rgba(255,255,255,0.6) 0 1.5px, transparent 1.5px 5px);";

void put(std::string& text, const std::string& name, const std::string& value) {
    text.replace(text.find(name), name.size(), value);
}

}  // namespace

std::string style_sheet() {
    std::string text = kSheet;
    put(text, "TRANSITION_LIGHT", fmt::format("{:06x}", model::kTransitionColour[0]));
    put(text, "TRANSITION_DARK", fmt::format("{:06x}", model::kTransitionColour[1]));
    put(text, "OTHER_LIGHT", fmt::format("{:06x}", model::kOtherColour[0]));
    put(text, "OTHER_DARK", fmt::format("{:06x}", model::kOtherColour[1]));
    for (int of_two = 0; of_two < 2; ++of_two) put(text, "HATCHING", kHatching);
    for (const model::CauseColour& row : model::kCauseColours) {
        text += fmt::format(".c-{} {{ background-color: #{:06x}; {} }}\n", row.cause, row.colour,
                            row.hatched ? kHatching : "");
    }
    return text;
}

}  // namespace ws::report
