// SPDX-License-Identifier: Apache-2.0
#include "viewer/model/notes_and_tours/tour_figures.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstdlib>
#include <functional>
#include <optional>
#include <sstream>
#include <vector>

#include "viewer/model/explain/explanation.hpp"
#include "viewer/model/explain/ledger.hpp"
#include "viewer/model/explain/what_if.hpp"
#include "viewer/model/trace/describe.hpp"

namespace ws::model {
namespace {

constexpr const char* kUnknown = "?";
constexpr const char* kUnits[] = {"instructions", "cycles", "percent", "saved",
                                  "restored",     "writes", "moves",   "redundant"};
/// Of a register, or of all of them.
constexpr const char* kBooks[] = {"saved", "restored", "writes", "moves", "redundant"};

enum class Whose : u8 { a, b, difference, ratio };

/// A figure's name, taken apart.
struct Name {
    Whose whose;
    std::string what;          ///< `step`, `without`, `besides`, `register`, an event's kind, or empty
    std::string detail;        ///< the step's name, the parts' names, the register's, or the field's
    std::optional<Part> part;  ///< nothing for the whole
    std::string unit;          ///< one of kUnits
    bool is_field() const { return !what.empty() && !is_named(what); }
    static bool is_named(const std::string& word) {
        return word == "step" || word == "without" || word == "besides" || word == "register";
    }
    bool is_of_books() const { return what == "register" || unit == "moves" || unit == "redundant"; }
};

std::optional<Part> part_named(const std::string& name) {
    for (const PartInfo& info : part_infos()) {
        if (name == info.name) return info.part;
    }
    return std::nullopt;
}

std::optional<u8> step_named(const std::string& name) {
    for (const StepInfo& step : step_infos()) {
        if (name == step.name) return step.number;
    }
    return std::nullopt;
}

/// 1234567 as 1,234,567.
std::string counted(i64 value) {
    const std::string with_sign = grouped(value);
    return value > 0 ? with_sign.substr(1) : with_sign;
}

std::optional<std::size_t> register_named(const std::string& name) {
    const auto& all = hardware_registers();
    const auto found = std::find_if(all.begin(), all.end(), [&](const HardwareRegister& r) { return name == r.name; });
    if (found == all.end()) return std::nullopt;
    return static_cast<std::size_t>(found - all.begin());
}

template <std::size_t kCount>
bool is_one_of(const char* const (&words)[kCount], const std::string& word) {
    return std::find(std::begin(words), std::end(words), word) != std::end(words);
}

bool is_unit(const std::string& word) { return is_one_of(kUnits, word); }

[[noreturn]] void refuse(const std::string& name, const std::string& reason) {
    throw FigureError(fmt::format("figure {{{}}}: {}", name, reason));
}

Whose whose_named(const std::string& name, const std::string& word) {
    if (word == "A") return Whose::a;
    if (word == "B") return Whose::b;
    if (word == "difference") return Whose::difference;
    if (word == "ratio") return Whose::ratio;
    refuse(name, "it begins with A, B, difference or ratio");
}

/// The parts that `without` leaves out, which a design could do without, or that `besides` counts not: any.
Parts parts_of(const Name& name) {
    if (name.what == "without") return parse_parts(name.detail);
    Parts parts;
    std::istringstream stream(name.detail);
    for (std::string word; std::getline(stream, word, ',');) {
        const auto part = part_named(word);
        if (!part) throw std::invalid_argument("there is no part " + word);
        parts.set(static_cast<std::size_t>(*part));
    }
    return parts;
}

/// The words behind whose it is.
void take_words(const std::string& name, std::vector<std::string> words, Name& result) {
    result.unit = kUnits[0];
    const bool two = words.size() > 1 && !is_unit(words[1]);  // `timer` is a part and an event
    if (two && (Name::is_named(words[0]) || find_event(words[0]) != nullptr)) {
        result.what = words[0];
        result.detail = words[1];
        words.erase(words.begin(), words.begin() + 2);
    } else if (!words.empty() && !is_unit(words[0])) {
        result.part = part_named(words[0]);
        if (!result.part)
            refuse(name, fmt::format("there is no {}: wanted is a part, a step, an event or a unit", words[0]));
        words.erase(words.begin());
    }
    if (!words.empty() && is_unit(words[0]) && !result.is_field()) {
        result.unit = words[0];
        words.erase(words.begin());
    }
    if (!words.empty()) refuse(name, fmt::format("{} does not belong there", words[0]));
}

Name parse(const std::string& name) {
    std::istringstream stream(name);
    std::vector<std::string> words;
    for (std::string word; stream >> word;) words.push_back(word);
    if (words.size() < 2) refuse(name, "it says whose figure it is, and which: {A instructions}");
    Name result{whose_named(name, words[0]), {}, {}, {}, {}};
    words.erase(words.begin());
    take_words(name, std::move(words), result);
    if (result.what == "step" && !step_named(result.detail)) refuse(name, "there is no step " + result.detail);
    if (result.what == "step" && result.unit != "instructions" && result.unit != "percent") {
        refuse(name, "a step's figure is its instructions, or percent");
    }
    if (result.what == "register") {
        if (!register_named(result.detail)) refuse(name, "there is no register " + result.detail);
        if (!is_one_of(kBooks, result.unit)) refuse(name, "a register is saved, restored, writes, moves or redundant");
    } else if (result.is_of_books() && (result.part || !result.what.empty())) {
        refuse(name, fmt::format("{} are told of one register or of all", result.unit));
    }
    if (result.unit == "percent" && result.what.empty() && !result.part)
        refuse(name, "percent of what is wanted: a part");
    if (result.what == "without" || result.what == "besides") {
        try {
            parts_of(result);
        } catch (const std::invalid_argument& error) {
            refuse(name, error.what());
        }
        const bool sum = result.unit == "instructions" || result.unit == "cycles" || result.unit == "percent";
        if (!sum) refuse(name, "instructions, cycles or percent are wanted");
    }
    if (result.unit == "saved" || result.unit == "restored") {
        if (!result.part && result.what != "register") refuse(name, "registers are moved by a part: {A fp saved}");
    }
    if (result.is_field() && result.whose != Whose::a && result.whose != Whose::b) {
        refuse(name, "an event's field is A's or B's");
    }
    return result;
}

/// The text with what `figure` says of each name.
std::string replace_names(const std::string& text, const std::function<std::string(const std::string&)>& figure) {
    std::string result;
    std::size_t at = 0;
    while (true) {
        const std::size_t brace = text.find_first_of("{}", at);
        result += text.substr(at, brace - at);
        if (brace == std::string::npos) return result;
        const std::size_t end = text.find_first_of("{}", brace + 1);
        if (text[brace] == '}' || end == std::string::npos || text[end] == '{') {
            throw FigureError(
                "a brace without its other one: braces are around the names of figures, as {A instructions}");
        }
        result += figure(text.substr(brace + 1, end - brace - 1));
        at = end + 1;
    }
}

const Field* find_field(const std::vector<Field>& fields, const std::string& name) {
    for (const Field& field : fields) {
        if (field.name == name) return &field;
        if (const Field* part = find_field(field.parts, name)) return part;
    }
    return nullptr;
}

}  // namespace

/// One run's part of the figures. What needs the run's steps is worked out when it is first asked for.
struct TourFigures::Side {
    Side(const Run& the_run, u32 operation, char the_letter) : run(the_run), place(operation), letter(the_letter) {}

    const Breakdown& breakdown() {
        if (!known) {
            const std::string reason = unexplainable(run);
            if (!reason.empty()) throw FigureError(fmt::format("{} {}", letter, reason));
            known = break_down(run, {place, kNoEvent, std::nullopt}, CostProfile::load(kDefaultProfile));
        }
        return *known;
    }

    const OperationEvents& parts() {
        if (place == kUnpaired) throw FigureError(fmt::format("{} has no such operation", letter));
        if (!apart) apart = take_apart(run, run.operations.all()[place]);
        return *apart;
    }

    i64 step(u8 number) {
        i64 sum = 0;
        breakdown();  // is there anything to tell of?
        for (const Segment& segment : parts().segments)
            sum += segment.step == number ? static_cast<i64>(segment.net()) : 0;
        return sum;
    }

    i64 writes() {
        i64 sum = 0;
        for (const PartFigures& part : breakdown().parts) sum += part.control_writes;
        return sum;
    }

    std::string field(const std::string& kind, const std::string& name) {
        for (const EventIndex index : parts().events) {
            const Event event = run.trace.event(index);
            if (kind != event.info().name) continue;
            const std::vector<Field> fields = describe(run.trace, event);
            const Field* field = find_field(fields, name);
            if (field == nullptr) throw FigureError(fmt::format("the event {} has no field {}", kind, name));
            if (field->text.rfind("0x", 0) != 0) return field->text;
            // A register's number is to stand behind an X.
            return field->value < 32 ? std::to_string(field->value) : fmt::format("{:#x}", field->value);
        }
        throw FigureError(fmt::format("{} has no event {} in this operation", letter, kind));
    }

    i64 of_books(const Name& name) {
        if (!books) books = keep_ledger(run.trace, parts().events);
        const LedgerEntry& entry =
            name.what == "register" ? books->entries[*register_named(name.detail)] : books->total;
        if (name.unit == "saved") return entry.saved;
        if (name.unit == "restored") return entry.restored;
        if (name.unit == "writes") return entry.written;
        return name.unit == "moves" ? entry.moves() : entry.redundant();
    }

    /// Of cycles thousandths: a difference is rounded once.
    i64 figure(const Name& name) {
        parts();
        const Breakdown& all = breakdown();
        if (name.is_of_books()) return of_books(name);
        if (name.unit == "percent") {
            Name whole = name;
            whole.unit = "instructions";
            if (all.whole.instructions == 0) throw FigureError(fmt::format("{} takes no instructions here", letter));
            return (200 * figure(whole) / all.whole.instructions + 1) / 2;
        }
        if (name.what == "step") return step(*step_named(name.detail));
        Figures figures = all.whole;
        if (name.what == "without" || name.what == "besides") figures = without(all, parts_of(name));
        if (name.part) figures = all[*name.part].figures;
        if (name.unit == "cycles") return figures.cycles;
        if (name.unit == "saved") return all[*name.part].registers.saved;
        if (name.unit == "restored") return all[*name.part].registers.restored;
        if (name.unit == "writes") return name.part ? i64{all[*name.part].control_writes} : writes();
        return figures.instructions;
    }

    const Run& run;
    u32 place;
    char letter;
    std::optional<Breakdown> known;
    std::optional<OperationEvents> apart;
    std::optional<Ledger> books;
};

TourFigures::TourFigures(const Run& a, const Run& b, const Stop& operation)
    : sides_{std::make_unique<Side>(a, operation.a, 'A'), std::make_unique<Side>(b, operation.b, 'B')} {}

TourFigures::~TourFigures() = default;

std::string TourFigures::fill_in(const std::string& text, std::string& problem) const {
    const auto tell = [this](const Name& name) -> std::string {
        Side& a = *sides_[0];
        Side& b = *sides_[1];
        if (name.is_field()) return (name.whose == Whose::a ? a : b).field(name.what, name.detail);
        const auto shown = [&name](i64 value) { return counted(name.unit == "cycles" ? whole_cycles(value) : value); };
        if (name.whose == Whose::a) return shown(a.figure(name));
        if (name.whose == Whose::b) return shown(b.figure(name));
        const i64 of_a = a.figure(name);
        const i64 of_b = b.figure(name);
        if (name.whose == Whose::difference) return shown(std::abs(of_a - of_b));
        if (of_b == 0) throw FigureError("B's figure is 0, so there is no ratio");
        return fmt::format("{:.2f}", static_cast<double>(of_a) / static_cast<double>(of_b));
    };
    return replace_names(text, [&](const std::string& name) -> std::string {
        try {
            return tell(parse(name));
        } catch (const FigureError& error) {
            if (problem.empty()) problem = fmt::format("figure {{{}}}: {}", name, error.what());
        } catch (const ProfileError& error) {
            if (problem.empty()) problem = error.what();
        }
        return kUnknown;
    });
}

void check_figures(const std::string& text) {
    replace_names(text, [](const std::string& name) {
        parse(name);
        return std::string();
    });
}

std::string without_figures(const std::string& text, const std::string& instead) {
    return replace_names(text, [&instead](const std::string&) { return instead; });
}

}  // namespace ws::model
