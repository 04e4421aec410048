// SPDX-License-Identifier: Apache-2.0
// A tour: a text file that leads through two runs, step by step, with questions. A person writes it with an editor:
//
//   # a comment
//   title: Why is a hypercall slower in split than in vhe?
//   designs: split vhe
//   guest: hypercall
//
//   == The same call twice
//   kind: hypercall (HVC, unhandled)
//   event: trap
//   tab: why
//
//   What there is to say, in paragraphs with an empty line between them.
//
//   question: What is it that split does and vhe does not?
//
//   answer: It traps a second time, and takes {A instructions} instructions.
//
// Right below a step's heading are the keys that say what is shown, then comes an empty line, then the text.
#pragma once

#include <filesystem>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "hyp/arch/types.hpp"

namespace ws::model {

/// The tabs that there are, which only the window knows.
using TabNames = std::span<const std::string_view>;

/// What a step does not name is as in the step before it, but for the event.
struct TourStep {
    u64 line = 0;  ///< of the heading
    std::string heading;
    std::string kind;               ///< of operation: its name or a part of it; empty for the one that most are of
    u64 operation = 0;              ///< which one of the kind, from 1; 0 for a typical one
    int side = 0;                   ///< whose event is selected: 0 is A, 1 is B
    std::string query;              ///< the first event of the operation that it holds for, with figures by name; empty
                                    ///< for the trap
    std::optional<u64> event;       ///< or an event by its number
    std::string tab;                ///< one of the window's tabs; empty: as it is
    bool lined_up = false;          ///< the strips
    std::vector<std::string> text;  ///< paragraphs with figures by name (tour_figures.hpp), as the next two
    std::vector<std::string> question;
    std::vector<std::string> answer;  ///< there is one if there is a question
};

struct Tour {
    std::string file;
    std::string title;
    std::string designs[2];  ///< what A and B are to be; empty for any
    std::string guest;       ///< the guest of both runs; empty for any
    std::string options;     ///< what else `ws run` is to be given, such as --append benchmark=io-kernel
    std::vector<TourStep> steps;

    /// `file` is for messages, `tabs` are the names that the window's tabs have. Throws TraceError with file and line.
    static Tour parse(const std::string& text, const std::string& file, TabNames tabs);
    /// A file, or the tour of this name in the checkout. Throws TraceError.
    static Tour load(const std::string& name_or_path, TabNames tabs);
};

/// Where the checkout has its tours, and their names.
std::filesystem::path tours_folder();
std::vector<std::string> tour_names();

/// All of them, but for those that have a mistake: that is told where one is asked for by its name.
std::vector<Tour> load_tours(TabNames tabs);

}  // namespace ws::model
