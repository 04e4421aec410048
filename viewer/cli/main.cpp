// SPDX-License-Identifier: Apache-2.0
// wstrace: records, reads, checks and compares traces. See `wstrace --help`.
#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <csignal>
#include <cstdio>

#include "viewer/cli/arguments.hpp"
#include "viewer/cli/commands.hpp"
#include "viewer/cli/export_command.hpp"
#include "viewer/cli/notes_command.hpp"
#include "viewer/cli/tour_command.hpp"
#include "viewer/model/base/error.hpp"
#include "viewer/model/explain/cost_profile.hpp"
#include "viewer/model/find/find.hpp"

namespace {

constexpr int kFailed = 1;
constexpr int kUsage = 2;
constexpr const char* kTraceHelp = "a run's folder, or the trace folder in it";

using ws::cli::AggregateArguments;
using ws::cli::AtArguments;
using ws::cli::CaptureArguments;
using ws::cli::CompareArguments;
using ws::cli::ConvertArguments;
using ws::cli::DumpArguments;
using ws::cli::ExplainArguments;
using ws::cli::ExportArguments;
using ws::cli::file_name;
using ws::cli::FindArguments;
using ws::cli::NotesArguments;
using ws::cli::OverviewArguments;
using ws::cli::RegistersArguments;
using ws::cli::SourceArguments;
using ws::cli::SpanArguments;
using ws::cli::TourArguments;
using ws::cli::whole_number;

/// What the command line says.
struct Arguments {
    CaptureArguments capture;
    CompareArguments compare;
    ConvertArguments convert;
    DumpArguments dump;
    ExplainArguments explain;
    RegistersArguments registers;
    SpanArguments span;
    OverviewArguments overview;
    AtArguments at;
    SourceArguments source;
    FindArguments find;
    AggregateArguments aggregate;
    ExportArguments exported;
    NotesArguments notes;
    TourArguments tour;
    std::string trace;
    std::string part;
    std::string format = "rst";
    bool strict = false;
    bool json = false;
};

/// A verb on one trace, with --json.
CLI::App* add_verb(CLI::App& app, Arguments& arguments, const std::string& name, const std::string& help) {
    CLI::App* verb = app.add_subcommand(name, help);
    verb->add_option("TRACE", arguments.trace, kTraceHelp)->required();
    verb->add_flag("--json", arguments.json, "print data instead of text");
    return verb;
}

void add_capture(CLI::App& app, CaptureArguments& arguments) {
    CLI::App* verb = app.add_subcommand("capture", "copy a run's trace out of guest RAM until standard input ends");
    verb->add_option("--ram", arguments.ram, "guest RAM: the file that QEMU maps shared")->required();
    verb->add_option("--offset", arguments.offset, "byte of that file where the run page is")
        ->required()
        ->check(whole_number);
    verb->add_option("--out", arguments.out, "the trace folder to make")->required();
    verb->add_option("--uuid", arguments.uuid, "UUID of the run; random if not given");
    verb->add_option("--env", arguments.env, "KEY=VALUE: what else to write down about the run; may be given again");
}

void add_convert(CLI::App& app, ConvertArguments& arguments) {
    CLI::App* verb =
        app.add_subcommand("convert", "make a trace of what QEMU's plugin outside_recorder has recorded of KVM or Xen");
    verb->add_option("RAW", arguments.raw, "the plugin's raw log")->required();
    verb->add_option("--symbols", arguments.symbols,
                     "the hypervisor's functions: /proc/kallsyms of KVM's host, or the map that Xen is built with")
        ->required();
    verb->add_option("-o,--out", arguments.out, "the trace folder to make")->required();
    verb->add_option("--uuid", arguments.uuid, "UUID of the run; random if not given");
    verb->add_option(
        "--env", arguments.env,
        "KEY=VALUE: what else to write down about the run, such as guest and hypervisor; may be given again");
}

void add_dump(CLI::App& app, DumpArguments& arguments) {
    CLI::App* verb = app.add_subcommand("dump", "print events, a line each");
    verb->add_option("TRACE", arguments.trace, kTraceHelp)->required();
    verb->add_option("--from", arguments.from, "number of the first event")->check(whole_number);
    verb->add_option("--count", arguments.count, "how many events at most")->check(whole_number);
    verb->add_option("--kind", arguments.kind, "only events of this kind, such as trap or registers_el1");
    verb->add_flag("--json", arguments.json, "print data instead of text");
}

/// --NAME [FILE]
CLI::Option* add_report(CLI::App& verb, CompareArguments& arguments, const std::string& name, bool& wanted,
                        const std::string& help) {
    const auto take = [&arguments, &wanted](const std::vector<std::string>& files) {
        wanted = true;
        // CLI11 1.9 says "true", CLI11 2 says "" or "{}" where nothing is given.
        if (!files.empty() && files[0] != "true" && files[0] != "{}") arguments.file = files[0];
    };
    return verb.add_option_function<std::vector<std::string>>(name, take, help)->expected(0, 1)->option_text("[FILE]");
}

void add_compare(CLI::App& app, CompareArguments& arguments) {
    CLI::App* verb =
        app.add_subcommand("compare", "pair the operations of two traces and show what they cost, and why");
    verb->add_option("A", arguments.a, kTraceHelp)->required();
    verb->add_option("B", arguments.b, kTraceHelp)->required();
    verb->add_option("--profile", arguments.profile,
                     "the machine's costs in cycles, for --json and reports: a name of viewer/profiles, or a file")
        ->capture_default_str();
    CLI::Option* json = verb->add_flag("--json", arguments.json, "print data instead of text");
    CLI::Option* markdown = add_report(*verb, arguments, "--markdown", arguments.markdown, "a report in Markdown");
    add_report(*verb, arguments, "--html", arguments.html, "a report as one page for a browser")
        ->excludes(json)
        ->excludes(markdown);
    markdown->excludes(json);
}

void add_explain(CLI::App& app, ExplainArguments& arguments) {
    CLI::App* verb = app.add_subcommand("explain", "why a kind of operation costs more in one trace than in another");
    verb->add_option("A", arguments.a, kTraceHelp)->required();
    verb->add_option("B", arguments.b, kTraceHelp)->required();
    verb->add_option("--kind", arguments.kind, "the kind: its name, or a part of it that no other has");
    verb->add_option("--profile", arguments.profile,
                     "the machine's costs in cycles: a name of viewer/profiles, or a file")
        ->capture_default_str();
    verb->add_option("--number", arguments.number, "which pair of the kind, from 1 (a typical one)")
        ->check(whole_number)
        ->check(CLI::Range(ws::u64{1}, ~ws::u64{0}));
    verb->add_option("--set", arguments.costs, "another cost than the profile's: KEY=CYCLES; may be given again")
        ->option_text("KEY=CYCLES");
    verb->add_option("--without", arguments.without,
                     "what if these parts were not there: fp, el1, vgic, ..., separated by commas")
        ->option_text("PARTS");
    CLI::Option* json = verb->add_flag("--json", arguments.json, "print data instead of text");
    verb->add_flag("--markdown", arguments.markdown, "print a table for a report")->excludes(json);
}

/// A verb on an operation of one run, or on the same one of two.
void add_operation_verb(CLI::App& app, RegistersArguments& arguments, const std::string& name,
                        const std::string& help) {
    CLI::App* verb = app.add_subcommand(name, help);
    verb->add_option("A", arguments.a, kTraceHelp)->required();
    verb->add_option("B", arguments.b, "another one, to show the same operation of both");
    verb->add_option("--operation", arguments.kind, "the kind: its name, or a part of it that no other has");
    verb->add_option("--number", arguments.number, "which one of the kind, from 1 (a typical one)")
        ->check(whole_number)
        ->check(CLI::Range(ws::u64{1}, ~ws::u64{0}));
    verb->add_flag("--json", arguments.json, "print data instead of text");
}

void add_span(CLI::App& app, SpanArguments& arguments) {
    CLI::App* verb =
        app.add_subcommand("span", "what a stretch of a trace comes to: instructions, events, traps, registers");
    verb->add_option("TRACE", arguments.trace, kTraceHelp)->required();
    verb->add_option("FROM", arguments.from,
                     "an event's number, as dump and find print it, or @ and a time on the net clock")
        ->required();
    verb->add_option("TO", arguments.to, "the same; what is at this moment does not count")->required();
    verb->add_flag("--json", arguments.json, "print data instead of text");
}

void add_overview(CLI::App& app, OverviewArguments& arguments) {
    CLI::App* verb =
        app.add_subcommand("overview", "a whole trace in a few columns: how much of each guest, EL2 and host ran");
    verb->add_option("TRACE", arguments.trace, kTraceHelp)->required();
    verb->add_option("--columns", arguments.columns, "how many")
        ->check(whole_number)
        ->check(CLI::Range(ws::u64{1}, ws::u64{100'000}))
        ->capture_default_str();
    verb->add_flag("--json", arguments.json, "print data instead of text");
}

void add_at(CLI::App& app, AtArguments& arguments) {
    CLI::App* verb =
        app.add_subcommand("at", "a CPU's registers just after an event: whose they are and what they hold");
    verb->add_option("TRACE", arguments.trace, kTraceHelp)->required();
    verb->add_option("EVENT", arguments.event, "its number, as dump and find print it")
        ->required()
        ->check(whole_number);
    verb->add_option("--register", arguments.reg, "this one alone, with its fields");
    verb->add_flag("--json", arguments.json, "print data instead of text");
}

void add_source(CLI::App& app, SourceArguments& arguments) {
    CLI::App* verb =
        app.add_subcommand("source", "where an event happened: the source line, the instruction, the way there in GDB");
    verb->add_option("TRACE", arguments.trace, kTraceHelp)->required();
    verb->add_option("EVENT", arguments.event, "its number, as dump and find print it")
        ->required()
        ->check(whole_number);
    verb->add_flag("--json", arguments.json, "print data instead of text");
}

void add_find(CLI::App& app, FindArguments& arguments) {
    CLI::App* verb = app.add_subcommand("find", "events that a query holds for");
    verb->add_option("TRACE", arguments.trace, kTraceHelp)->required();
    verb->add_option("QUERY", arguments.query, "what to find, in quotes; see below")->required();
    verb->add_option("--count", arguments.count, "how many to show at most")->check(whole_number);
    verb->add_flag("--json", arguments.json, "print data instead of text");
    verb->footer(ws::model::kQueryHelp);
}

void add_aggregate(CLI::App& app, AggregateArguments& arguments) {
    CLI::App* verb = app.add_subcommand("aggregate", "count the events that a query holds for by one of their fields");
    verb->add_option("TRACE", arguments.trace, kTraceHelp)->required();
    verb->add_option("QUERY", arguments.query, "what to find, in quotes; see below")->required();
    verb->add_option("--by", arguments.by,
                     "event, cpu, class, or a field's name as dump prints it, such as owner or sysreg")
        ->required();
    verb->add_flag("--json", arguments.json, "print data instead of text");
    verb->footer(ws::model::kQueryHelp);
}

void add_export(CLI::App& app, ExportArguments& arguments) {
    CLI::App* verb = app.add_subcommand("export", "write a trace for other programs");
    verb->add_option("TRACE", arguments.trace, kTraceHelp)->required();
    CLI::Option_group* formats = verb->add_option_group("formats", "what to write; one or more");
    formats->add_option("--perfetto", arguments.perfetto, "a file that Perfetto and chrome://tracing open")
        ->option_text("FILE")
        ->check(file_name);
    formats->add_option("--csv", arguments.csv, "a table, one line an event")->option_text("FILE")->check(file_name);
    formats->add_option("--sqlite", arguments.sqlite, "a database of events, operations, steps and registers moved")
        ->option_text("FILE")
        ->check(file_name);
    formats->require_option(1, 3);
}

void add_notes(CLI::App& app, NotesArguments& arguments) {
    CLI::App* verb =
        app.add_subcommand("notes", "what people have written down about events, in a file beside the trace");
    verb->add_option("TRACE", arguments.trace, kTraceHelp)->required();
    verb->add_option("--add", arguments.add, "a note on an event, by its number")
        ->expected(2)
        ->option_text("EVENT TEXT");
    verb->add_option("--remove", arguments.remove, "take away the notes of an event; may be given again")
        ->expected(1)
        ->take_all()
        ->option_text("EVENT")
        ->check(whole_number);
    verb->add_flag("--json", arguments.json, "print data instead of text");
}

void add_tour(CLI::App& app, TourArguments& arguments) {
    CLI::App* verb = app.add_subcommand("tour", "the steps of a tour, and what each of them is in two traces");
    verb->add_option("TOUR", arguments.tour, "a name of labs/tours, or a file")->required();
    verb->add_option("A", arguments.a, kTraceHelp)->required();
    verb->add_option("B", arguments.b, kTraceHelp)->required();
    CLI::Option* check = verb->add_flag("--check", arguments.check, "print nothing but what the traces have not");
    verb->add_flag("--json", arguments.json, "print data instead of text")->excludes(check);
}

int run_verb(const CLI::App& app, const Arguments& arguments) {
    using namespace ws::cli;
    const std::string verb = app.get_subcommands().front()->get_name();
    if (verb == "capture") return capture_command(arguments.capture);
    if (verb == "convert") return convert_command(arguments.convert);
    if (verb == "dump") return dump_command(arguments.dump);
    if (verb == "summary") return summary_command(arguments.trace, arguments.json);
    if (verb == "check") return check_command(arguments.trace, arguments.strict, arguments.json);
    if (verb == "compare") return compare_command(arguments.compare);
    if (verb == "explain") return explain_command(arguments.explain);
    if (verb == "registers") return registers_command(arguments.registers);
    if (verb == "steps") return steps_command(arguments.registers);
    if (verb == "span") return span_command(arguments.span);
    if (verb == "overview") return overview_command(arguments.overview);
    if (verb == "at") return at_command(arguments.at);
    if (verb == "source") return source_command(arguments.source);
    if (verb == "find") return find_command(arguments.find);
    if (verb == "aggregate") return aggregate_command(arguments.aggregate);
    if (verb == "export") return export_command(arguments.exported);
    if (verb == "notes") return notes_command(arguments.notes);
    if (verb == "tour") return tour_command(arguments.tour);
    if (verb == "statistics") return statistics_command(arguments.trace, arguments.json);
    if (verb == "runs") return runs_command(arguments.trace, arguments.json);
    if (verb == "measure") return measure_command(arguments.trace, arguments.json);
    if (verb == "cost") return cost_command(arguments.trace, arguments.json);
    return reference_command(arguments.part);
}

void add_verbs(CLI::App& app, Arguments& arguments) {
    app.set_version_flag("--version", std::string("wstrace ") + WS_VERSION);
    app.require_subcommand(1);
    add_verb(app, arguments, "summary", "what a trace holds: the run, its events, traps and operations");
    add_dump(app, arguments.dump);
    CLI::App* check = add_verb(app, arguments, "check", "test the trace's own laws; fails if one is broken");
    check->add_flag("--strict", arguments.strict, "fail on dropped events and unfinished captures too");
    add_compare(app, arguments.compare);
    add_explain(app, arguments.explain);
    add_operation_verb(app, arguments.registers, "registers",
                       "the books of an operation, register by register: moved, redundant, left alone");
    add_operation_verb(app, arguments.registers, "steps",
                       "the steps of an operation one after the other; of two runs, the same steps side by side");
    add_span(app, arguments.span);
    add_overview(app, arguments.overview);
    add_at(app, arguments.at);
    add_source(app, arguments.source);
    add_find(app, arguments.find);
    add_aggregate(app, arguments.aggregate);
    add_verb(app, arguments, "statistics", "how long operations took, by what they were and by exception class");
    add_notes(app, arguments.notes);
    add_tour(app, arguments.tour);
    add_export(app, arguments.exported);
    CLI::App* runs = app.add_subcommand("runs", "the runs that are there and have a trace, the newest first");
    runs->add_option("FOLDER", arguments.trace, "where to look (the checkout's out/)");
    runs->add_flag("--json", arguments.json, "print data instead of text");
    add_verb(app, arguments, "measure", "what each benchmark that the guest marked came to");
    add_verb(app, arguments, "cost", "what the recorder itself cost, by kind of event");
    add_capture(app, arguments.capture);
    add_convert(app, arguments.convert);
    CLI::App* reference = app.add_subcommand("reference", "print a reference page that is made from the tables");
    reference->add_option("--part", arguments.part, "which page")
        ->required()
        ->check(CLI::IsMember(ws::cli::reference_parts()));
    reference->add_option("--format", arguments.format, "reStructuredText is the only one")
        ->check(CLI::IsMember({"rst"}));
}

/// Why the command line cannot be: CLI11's words, but for an unknown verb, which it only misses.
std::string usage_problem(const CLI::App& app, const CLI::ParseError& error, int argc, char** argv) {
    bool verb_known = argc < 2 || argv[1][0] == '-';
    for (const CLI::App* verb : app.get_subcommands([](const CLI::App*) { return true; })) {
        verb_known |= !verb_known && verb->check_name(argv[1]);
    }
    return verb_known ? error.what() : fmt::format("{} is no verb", argv[1]);
}

int fail(int status, const std::string& line) {
    fmt::print(stderr, "wstrace: {}\n", line);
    return status;
}

}  // namespace

int main(int argc, char** argv) {
    std::signal(SIGXFSZ, SIG_IGN);  // a file that may not grow is told as what it is
    CLI::App app("wstrace: traces of Worldswitch, read, checked and compared", "wstrace");
    Arguments arguments;
    arguments.explain.profile = ws::model::kDefaultProfile;
    arguments.compare.profile = ws::model::kDefaultProfile;
    add_verbs(app, arguments);
    try {
        app.parse(argc, argv);
    } catch (const CLI::ParseError& error) {
        if (error.get_exit_code() == 0) return app.exit(error);  // --help, --version
        return fail(kUsage, usage_problem(app, error, argc, argv) + "; see wstrace --help");
    }
    try {
        const int status = run_verb(app, arguments);
        if (std::fflush(stdout) != 0) return fail(kFailed, "standard output cannot be written");
        return status;
    } catch (const std::exception& error) {
        return fail(kFailed, error.what());
    }
}
