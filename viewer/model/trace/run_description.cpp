// SPDX-License-Identifier: Apache-2.0
#include "viewer/model/trace/run_description.hpp"

#include <nlohmann/json.hpp>

#include "viewer/model/base/error.hpp"
#include "viewer/model/base/text_file.hpp"

namespace ws::model {
namespace {

using Json = nlohmann::json;

/// What there is under a key; the other value where there is nothing of that kind.
template <class Stored, class Value>
Value value_of(const Json& json, const char* key, Value other) {
    const auto found = json.find(key);
    if (found == json.end()) return other;
    const auto* const value = found->template get_ptr<const Stored*>();
    return value != nullptr ? Value(*value) : other;
}

std::string text_of(const Json& json, const char* key) {
    return value_of<Json::string_t>(json, key, std::string());
}

}  // namespace

std::optional<std::string> run_description_text(const std::filesystem::path& run_folder) {
    static constexpr std::uintmax_t kMostBytes = 16U << 20;
    std::error_code error;
    const std::filesystem::path file = run_folder / kRunDescription;
    if (!std::filesystem::exists(file, error)) return std::nullopt;
    try {
        return read_text_file(file, kMostBytes, "the description of a run");
    } catch (const TraceError&) {
        return std::nullopt;
    }
}

std::optional<RunDescription> parse_run_description(const std::string& text) {
    const Json json = Json::parse(text, nullptr, false);
    if (!json.is_object()) return std::nullopt;
    RunDescription run;
    run.tells_verdict = json.contains("verdict");
    run.verdict = text_of(json, "verdict");
    run.words = text_of(json, "words");
    run.started = text_of(json, "started");
    if (const auto options = json.find("options"); options != json.end() && options->is_object()) {
        run.design = text_of(*options, "design");
        run.guest = text_of(*options, "guest");
        run.level = text_of(*options, "trace");
        run.cpus = value_of<Json::number_unsigned_t>(*options, "cpus", u64{1});
    }
    return run;
}

}  // namespace ws::model
