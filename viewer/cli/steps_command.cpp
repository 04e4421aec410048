// SPDX-License-Identifier: Apache-2.0
// The steps of an operation one after the other; those of two runs lined up, the same step beside the same step.
#include <fmt/format.h>

#include "viewer/cli/commands.hpp"
#include "viewer/cli/opened.hpp"
#include "viewer/cli/operation_choice.hpp"
#include "viewer/cli/text.hpp"
#include "viewer/model/operations/alignment.hpp"

namespace ws::cli {
namespace {

struct StepsOfSide {
    const model::Run& run;
    const model::Operation& operation;
    model::OperationEvents parts;
};

StepsOfSide steps_of_side(const model::Run& run, u32 place) {
    const model::Operation& operation = run.operations.all()[place];
    return {run, operation, model::take_apart(run, operation)};
}

std::string name_of(const model::Segment& segment) {
    return segment.step == 0 ? model::info_of(segment.part()).name : model::find_step(segment.step)->name;
}

const model::Segment* segment_of(const std::vector<StepsOfSide>& sides, const model::Alignment::Column& column,
                                 std::size_t side) {
    if (side >= sides.size() || column.segment[side] == model::kNoSegment) return nullptr;
    return &sides[side].parts.segments[column.segment[side]];
}

void print_data(const std::vector<StepsOfSide>& sides, const model::Alignment& alignment) {
    Json columns = Json::array();
    for (const model::Alignment::Column& column : alignment.columns()) {
        Json json;
        for (std::size_t side = 0; side < sides.size(); ++side) {
            const model::Segment* segment = segment_of(sides, column, side);
            if (segment != nullptr) json["step"] = name_of(*segment);
        }
        json["place"] = column.begin;
        json["width"] = column.width;
        for (std::size_t side = 0; side < sides.size(); ++side) {
            const model::Segment* segment = segment_of(sides, column, side);
            json[side == 0 ? "a" : "b"] = segment == nullptr ? Json()
                                                             : Json{{"begin", segment->begin},
                                                                    {"net", segment->net()},
                                                                    {"world", model::world_name(segment->world)},
                                                                    {"saved", segment->moves.saved()},
                                                                    {"restored", segment->moves.restored()},
                                                                    {"written", segment->moves.written()}};
        }
        columns.push_back(std::move(json));
    }
    Json json;
    for (std::size_t side = 0; side < sides.size(); ++side) {
        json[side == 0 ? "a" : "b"] = {{"run", json_of_env(sides[side].run.trace)},
                                       {"kind", sides[side].run.operations.kind(sides[side].operation)},
                                       {"first_event", sides[side].operation.first},
                                       {"last_event", sides[side].operation.last},
                                       {"net", sides[side].operation.net()}};
    }
    json["columns"] = std::move(columns);
    print_json(json);
}

void print_text(const std::vector<StepsOfSide>& sides, const model::Alignment& alignment) {
    std::vector<std::string> head = {"step"};
    for (std::size_t side = 0; side < sides.size(); ++side) {
        const char* letter = side == 0 ? "A" : "B";
        fmt::print("{}  {}  ({}): {}, events {} to {}\n", letter, sides[side].run.trace.path().string(),
                   told(sides[side].run), sides[side].run.operations.kind(sides[side].operation),
                   thousands(sides[side].operation.first), thousands(sides[side].operation.last));
        head.push_back(fmt::format("{} from", letter));
        head.push_back(fmt::format("{} net", letter));
    }
    fmt::print("\n");
    Table table(head);
    for (const model::Alignment::Column& column : alignment.columns()) {
        std::vector<std::string> row(1);
        for (std::size_t side = 0; side < sides.size(); ++side) {
            const model::Segment* segment = segment_of(sides, column, side);
            if (segment != nullptr) row[0] = name_of(*segment);
            row.push_back(segment == nullptr ? "" : thousands(static_cast<u64>(segment->begin)));
            row.push_back(segment == nullptr ? "" : thousands(segment->net()));
        }
        table.add(std::move(row));
    }
    table.print();
    fmt::print("\nfrom: net instructions after the trap\n");
}

}  // namespace

int steps_command(const RegistersArguments& arguments) {
    const model::Run a = open_run(arguments.a);
    std::optional<model::Run> b;
    if (!arguments.b.empty()) b = open_run(arguments.b);
    const model::PathPair pair = choose_pair(arguments, a, b ? *b : a);
    std::vector<StepsOfSide> sides = {steps_of_side(a, pair.a.operation)};
    if (b) sides.push_back(steps_of_side(*b, pair.b.operation));
    const model::Alignment alignment(sides[0].parts, b ? sides[1].parts : model::OperationEvents{});
    if (arguments.json) {
        print_data(sides, alignment);
    } else {
        print_text(sides, alignment);
    }
    return 0;
}

}  // namespace ws::cli
