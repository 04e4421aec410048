// SPDX-License-Identifier: Apache-2.0
#include "viewer/model/notes_and_tours/tour.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <functional>
#include <set>
#include <sstream>

#include "viewer/model/base/checkout.hpp"
#include "viewer/model/base/error.hpp"
#include "viewer/model/base/text_file.hpp"
#include "viewer/model/base/trimmed.hpp"
#include "viewer/model/base/utf8.hpp"
#include "viewer/model/find/find.hpp"
#include "viewer/model/notes_and_tours/tour_figures.hpp"

namespace ws::model {
namespace {

namespace fs = std::filesystem;

constexpr const char* kSuffix = ".tour";

bool all_digits(const std::string& text) {
    static constexpr std::size_t kMostDigits = 18;
    return !text.empty() && text.size() <= kMostDigits && text.find_first_not_of("0123456789") == std::string::npos;
}

struct KeyAndValue {
    std::string key;
    std::string value;
};

/// `key: value`, where the key is a word of small letters and hyphens.
std::optional<KeyAndValue> split(const std::string& line) {
    const std::size_t end = line.find_first_not_of("abcdefghijklmnopqrstuvwxyz-");
    if (end == 0 || end == std::string::npos || line[end] != ':') return std::nullopt;
    return KeyAndValue{line.substr(0, end), trimmed(line.substr(end + 1))};
}

/// Reads one file, line by line.
class Parser {
  public:
    Parser(const std::string& file, TabNames tabs) : tabs_(tabs) {
        tour_.file = file;
        head_keys_ = {{"title", [this](const std::string& v) { tour_.title = v; }},
                      {"designs", [this](const std::string& v) { take_designs(v); }},
                      {"guest", [this](const std::string& v) { tour_.guest = v; }},
                      {"options", [this](const std::string& v) { tour_.options = v; }}};
        step_keys_ = {{"kind", [this](const std::string& v) { take_kind(v); }},
                      {"operation", [this](const std::string& v) { take_operation(v); }},
                      {"side", [this](const std::string& v) { take_side(v); }},
                      {"event", [this](const std::string& v) { take_event(v); }},
                      {"tab", [this](const std::string& v) { take_tab(v); }},
                      {"line-up", [this](const std::string& v) { take_line_up(v); }}};
    }

    Tour read(const std::string& text) {
        std::istringstream lines(text);
        for (std::string line; std::getline(lines, line);) {
            ++line_;
            if (!is_utf8(line)) fail("is no UTF-8; save the file as UTF-8");
            const std::string content = trimmed(line);
            if (has_controls(content)) fail("has control characters; a tour is plain text");
            if (content.empty() || content[0] != '#') take(content);
        }
        end_step();
        if (tour_.title.empty()) fail("there is no title; the file begins with a line: title: what the tour is about");
        if (tour_.steps.empty()) fail("there is no step; a step begins with a line: == its heading");
        return std::move(tour_);
    }

  private:
    using Keys = std::vector<std::pair<std::string, std::function<void(const std::string&)>>>;

    [[noreturn]] void fail_at(u64 line, const std::string& reason) const {
        throw TraceError(fmt::format("{}:{}", tour_.file, line), reason);
    }
    [[noreturn]] void fail(const std::string& reason) const { fail_at(std::max<u64>(line_, 1), reason); }

    TourStep& step() { return tour_.steps.back(); }

    void take(const std::string& content) {
        if (content.rfind("==", 0) == 0) return begin_step(trimmed(content.substr(2)));
        if (tour_.steps.empty()) {
            if (!content.empty()) take_key(content, head_keys_, "the head of a tour");
            return;
        }
        if (in_keys_ && !content.empty()) return take_key(content, step_keys_, "a step");
        in_keys_ = false;
        if (content.empty()) {
            paragraph_ends_ = true;
        } else {
            take_text(content);
        }
    }

    void begin_step(const std::string& heading) {
        end_step();
        if (heading.empty()) fail("the step has no heading; write it after ==");
        TourStep next;
        if (!tour_.steps.empty()) {
            const TourStep& before = step();
            next.kind = before.kind;
            next.operation = before.operation;
            next.side = before.side;
            next.tab = before.tab;
            next.lined_up = before.lined_up;
        }
        next.line = line_;
        next.heading = heading;
        tour_.steps.push_back(std::move(next));
        seen_.clear();
        in_keys_ = true;
        into_ = &TourStep::text;
        paragraph_ends_ = true;
    }

    void end_step() const {
        if (tour_.steps.empty()) return;
        const TourStep& last = tour_.steps.back();
        if (last.text.empty()) {
            fail_at(last.line, "the step has no text; write it below the keys, after an empty line");
        }
        if (!last.question.empty() && last.answer.empty()) {
            fail_at(last.line, "the step has a question and no answer; write it after answer:");
        }
        try {
            for (const auto* paragraphs : {&last.text, &last.question, &last.answer}) {
                for (const std::string& paragraph : *paragraphs) check_figures(paragraph);
            }
        } catch (const FigureError& error) {
            fail_at(last.line, error.what());
        }
    }

    void take_key(const std::string& content, const Keys& keys, const std::string& where) {
        const auto found = split(content);
        std::string all;
        for (const auto& [key, take_value] : keys) all += (all.empty() ? "" : ", ") + key;
        if (!found)
            fail(fmt::format("\"{}\" is no KEY: VALUE; text comes after an empty line below a heading", content));
        const auto is_it = [&found](const auto& row) { return row.first == found->key; };
        const auto row = std::find_if(keys.begin(), keys.end(), is_it);
        if (row == keys.end()) fail(fmt::format("{} has no key {}; there are {}", where, found->key, all));
        if (found->value.empty()) fail(fmt::format("{} has no value", found->key));
        if (!seen_.insert(found->key).second) fail(fmt::format("{} is here twice; take one away", found->key));
        row->second(found->value);
    }

    void take_text(const std::string& content) {
        std::string words = content;
        if (const auto found = split(content)) {
            const auto is_it = [&found](const auto& row) { return row.first == found->key; };
            if (std::any_of(step_keys_.begin(), step_keys_.end(), is_it)) {
                fail(fmt::format("{}: belongs right below the step's heading, before the empty line", found->key));
            }
            if (found->key == "question") words = begin_part(&TourStep::question, found->value, "question");
            if (found->key == "answer") words = begin_part(&TourStep::answer, found->value, "answer");
        }
        if (words.empty()) return;
        std::vector<std::string>& paragraphs = step().*into_;
        if (paragraph_ends_ || paragraphs.empty()) {
            paragraphs.push_back(words);
        } else {
            paragraphs.back() += " " + words;
        }
        paragraph_ends_ = false;
    }

    /// From here on the text is the step's question, or its answer.
    std::string begin_part(std::vector<std::string> TourStep::* part, const std::string& words, const char* name) {
        if (into_ == part) fail(fmt::format("this is the step's second {}; make a step of its own for it", name));
        if (part == &TourStep::question && into_ == &TourStep::answer) {
            fail("the question comes before the answer");
        }
        if (part == &TourStep::answer && step().question.empty()) fail("there is no question before this answer");
        into_ = part;
        paragraph_ends_ = true;
        return words;
    }

    void take_designs(const std::string& value) {
        std::istringstream words(value);
        std::string more;
        if (!(words >> tour_.designs[0] >> tour_.designs[1]) || words >> more) {
            fail("designs: two are wanted, A's and B's: designs: split vhe");
        }
    }

    void take_kind(const std::string& value) {
        step().kind = value;
        if (seen_.count("operation") == 0) step().operation = 0;
    }

    void take_operation(const std::string& value) {
        const u64 number = all_digits(value) ? std::stoull(value) : 0;
        if (number == 0 && value != "typical") {
            fail(fmt::format("operation: a number from 1, or typical, is wanted, not {}", value));
        }
        step().operation = number;
    }

    void take_side(const std::string& value) {
        if (value != "A" && value != "B") fail(fmt::format("side: A or B is wanted, not {}", value));
        step().side = value == "A" ? 0 : 1;
    }

    void take_event(const std::string& value) {
        if (all_digits(value)) {
            step().event = std::stoull(value);
            return;
        }
        try {
            check_figures(value);
            if (Query::parse(without_figures(value, "0")).needs_locations())
                fail("event: symbol= is not for tours, which go without the images");
        } catch (const FigureError& error) {
            fail(fmt::format("event: {}", error.what()));
        } catch (const QueryError& error) {
            fail(fmt::format("event: {}; wstrace find --help tells of queries", error.what()));
        }
        step().query = value;
    }

    void take_tab(const std::string& value) {
        if (std::find(std::begin(tabs_), std::end(tabs_), value) == std::end(tabs_)) {
            fail(fmt::format("tab: there is no {}; there are {}", value,
                             fmt::join(std::begin(tabs_), std::end(tabs_), ", ")));
        }
        step().tab = value;
    }

    void take_line_up(const std::string& value) {
        if (value != "yes" && value != "no") fail(fmt::format("line-up: yes or no is wanted, not {}", value));
        step().lined_up = value == "yes";
    }

    Tour tour_;
    Keys head_keys_;
    Keys step_keys_;
    TabNames tabs_;
    std::set<std::string> seen_;  ///< keys of this step, or of the head
    u64 line_ = 0;
    bool in_keys_ = false;
    bool paragraph_ends_ = true;
    std::vector<std::string> TourStep::* into_ = &TourStep::text;
};

}  // namespace

Tour Tour::parse(const std::string& text, const std::string& file, TabNames tabs) {
    return Parser(file, tabs).read(text);
}

fs::path tours_folder() { return Checkout::here().root / "labs" / "tours"; }

std::vector<std::string> tour_names() {
    std::vector<std::string> names;
    std::error_code error;
    for (fs::directory_iterator file(tours_folder(), error), end; !error && file != end; file.increment(error)) {
        if (file->path().extension() == kSuffix) names.push_back(file->path().stem().string());
    }
    std::sort(names.begin(), names.end());
    return names;
}

std::vector<Tour> load_tours(TabNames tabs) {
    std::vector<Tour> tours;
    for (const std::string& name : tour_names()) {
        try {
            tours.push_back(Tour::load(name, tabs));
        } catch (const TraceError&) {
        }
    }
    return tours;
}

Tour Tour::load(const std::string& name_or_path, TabNames tabs) {
    const bool path = name_or_path.find('/') != std::string::npos || fs::path(name_or_path).extension() == kSuffix;
    const fs::path file = path ? fs::path(name_or_path) : tours_folder() / (name_or_path + kSuffix);
    std::error_code error;
    if (!fs::is_regular_file(file, error)) {
        throw TraceError(name_or_path, fmt::format("there is no such tour; there are {}, or give a file's path",
                                                   fmt::join(tour_names(), ", ")));
    }
    static constexpr std::uintmax_t kMostBytes = 1U << 20;
    return parse(read_text_file(file, kMostBytes, "a tour"), file.string(), tabs);
}

}  // namespace ws::model
