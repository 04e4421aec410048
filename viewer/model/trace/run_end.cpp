// SPDX-License-Identifier: Apache-2.0
#include "viewer/model/trace/run_end.hpp"

#include "viewer/model/format/capture_lock.hpp"
#include "viewer/model/trace/run_description.hpp"

namespace ws::model {

namespace fs = std::filesystem;

namespace {

/// One line, whatever somebody has written into the file.
std::string one_line(std::string text) {
    for (char& c : text) {
        if (static_cast<unsigned char>(c) < ' ' || c == 0x7f) c = ' ';
    }
    return text;
}

RunEnd without_verdict(const fs::path& trace_folder) {
    if (CaptureLock::held(trace_folder)) return {RunEnd::How::no_verdict, "", "it goes on", true};
    return {RunEnd::How::no_verdict, "", "no verdict: ws run was killed before it could write one"};
}

}  // namespace

std::string RunEnd::brief() const {
    static constexpr std::pair<const char*, const char*> kBriefly[] = {
        {"failure", "guest failed"}, {"crash", "guest crashed"}, {"panic", "hypervisor panicked"},
        {"time_out", "timed out"},   {"broken", "run broke"},    {"interrupted", "interrupted"}};
    if (how == How::no_verdict) return goes_on ? "" : "no verdict";
    if (how != How::otherwise) return "";
    for (const auto& [name, brief] : kBriefly) {
        if (verdict == name) return brief;
    }
    return verdict;
}

RunEnd run_end(const fs::path& trace_folder) {
    std::error_code error;
    fs::path folder = fs::absolute(trace_folder, error).lexically_normal();
    if (!folder.has_filename()) folder = folder.parent_path();
    const RunEnd unknown{RunEnd::How::unknown, "", "not known: there is no run.json beside the trace"};
    // A trace folder of another name is no run's: what lies beside it is not its own.
    if (folder.filename() != "trace") return unknown;
    const std::optional<std::string> text = run_description_text(folder.parent_path());
    if (!text) return unknown;
    const std::optional<RunDescription> run = parse_run_description(*text);
    if (!run) return {RunEnd::How::unknown, "", "not known: run.json beside the trace cannot be read"};
    const std::string verdict = one_line(run->verdict);
    const std::string words = one_line(run->words);
    if (verdict.empty() && !words.empty()) return {RunEnd::How::unknown, "", words};  // a session of ws debug
    if (!run->tells_verdict) return {RunEnd::How::unknown, "", "not known: run.json tells no verdict"};
    if (verdict.empty()) return without_verdict(folder);
    return {verdict == "success" ? RunEnd::How::succeeded : RunEnd::How::otherwise, verdict,
            words.empty() ? verdict : words};
}

}  // namespace ws::model
