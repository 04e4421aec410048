// SPDX-License-Identifier: Apache-2.0
#include "viewer/model/trace/run_end.hpp"

#include <fstream>
#include <nlohmann/json.hpp>

#include "viewer/model/format/capture_lock.hpp"

namespace ws::model {

namespace fs = std::filesystem;

namespace {

using Json = nlohmann::json;

std::string text_of(const Json& json, const char* key) {
    const auto found = json.find(key);
    return found != json.end() && found->is_string() ? found->get<std::string>() : "";
}

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
    std::ifstream file(folder.parent_path() / "run.json");
    if (!file) return unknown;
    const Json json = Json::parse(file, nullptr, false);
    if (!json.is_object()) return {RunEnd::How::unknown, "", "not known: run.json beside the trace cannot be read"};
    const std::string verdict = one_line(text_of(json, "verdict"));
    const std::string words = one_line(text_of(json, "words"));
    if (verdict.empty() && !words.empty()) return {RunEnd::How::unknown, "", words};  // a session of ws debug
    if (json.find("verdict") == json.end()) return {RunEnd::How::unknown, "", "not known: run.json tells no verdict"};
    if (verdict.empty()) return without_verdict(folder);
    return {verdict == "success" ? RunEnd::How::succeeded : RunEnd::How::otherwise, verdict,
            words.empty() ? verdict : words};
}

}  // namespace ws::model
