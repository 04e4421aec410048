// SPDX-License-Identifier: Apache-2.0
// The verbs of wstrace. Each prints to stdout and returns the exit status; TraceError is for main().
#pragma once

#include <string>
#include <vector>

#include "viewer/report/model_json.hpp"

namespace ws::cli {

using report::Json;
using report::json_of;
using report::json_of_env;
using report::json_of_registers;

struct CaptureArguments {
    std::string ram;
    u64 offset = 0;
    std::string out;
    std::string uuid;
    std::vector<std::string> env;
};
int capture_command(const CaptureArguments& arguments);

struct ConvertArguments {
    std::string raw;
    std::string symbols;
    std::string out;
    std::string uuid;
    std::vector<std::string> env;
};
int convert_command(const ConvertArguments& arguments);

struct DumpArguments {
    std::string trace;
    u64 from = 0;
    u64 count = ~u64{0};
    std::string kind;
    bool json = false;
};
int dump_command(const DumpArguments& arguments);

struct ExplainArguments {
    std::string a;
    std::string b;
    std::string kind;  ///< empty for the kind that most traps belong to
    std::string profile;
    u64 number = 0;                  ///< which pair, from 1; 0 for a typical one
    std::vector<std::string> costs;  ///< KEY=CYCLES, other than the profile has them
    std::string without;             ///< parts to leave out, with commas
    bool json = false;
    bool markdown = false;
};
int explain_command(const ExplainArguments& arguments);

struct RegistersArguments {
    std::string a;
    std::string b;     ///< empty for one run alone
    std::string kind;  ///< empty for the kind that most traps belong to
    u64 number = 0;    ///< which operation, or pair, from 1; 0 for a typical one
    bool json = false;
};
int registers_command(const RegistersArguments& arguments);
int steps_command(const RegistersArguments& arguments);

struct SpanArguments {
    std::string trace;
    std::string from;
    std::string to;
    bool json = false;
};
int span_command(const SpanArguments& arguments);

struct OverviewArguments {
    std::string trace;
    u64 columns = 20;
    bool json = false;
};
int overview_command(const OverviewArguments& arguments);

struct AtArguments {
    std::string trace;
    u64 event = 0;
    std::string reg;  ///< empty for all
    bool json = false;
};
int at_command(const AtArguments& arguments);

struct SourceArguments {
    std::string trace;
    u64 event = 0;
    bool json = false;
};
int source_command(const SourceArguments& arguments);

struct FindArguments {
    std::string trace;
    std::string query;
    u64 count = ~u64{0};
    bool json = false;
};
int find_command(const FindArguments& arguments);

struct AggregateArguments {
    std::string trace;
    std::string query;
    std::string by;
    bool json = false;
};
int aggregate_command(const AggregateArguments& arguments);

/// The runs in a folder; empty for the checkout's.
int runs_command(const std::string& folder, bool json);
int statistics_command(const std::string& trace, bool json);
int summary_command(const std::string& trace, bool json);
int check_command(const std::string& trace, bool strict, bool json);

struct CompareArguments {
    std::string a;
    std::string b;
    std::string profile;
    bool json = false;
    bool markdown = false;
    bool html = false;
    std::string file;  ///< for Markdown and HTML; empty for standard output
};
int compare_command(const CompareArguments& arguments);
int measure_command(const std::string& trace, bool json);
int cost_command(const std::string& trace, bool json);
int reference_command(const std::string& part);
/// The parts that reference_command() knows.
const std::vector<std::string>& reference_parts();

/// Prints JSON with a newline, and, where an open trace is damaged, what is missing of it. What is no UTF-8 comes out
/// as replacement characters.
void print_json(const Json& json, int indent = 2);
/// A warning, if the trace lacks events.
void print_dropped(const model::Trace& trace);
/// Says how many operations no clock can tell the time of, if there are any.
void print_not_measurable(const model::Run& run);

}  // namespace ws::cli
