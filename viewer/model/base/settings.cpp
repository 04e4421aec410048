// SPDX-License-Identifier: Apache-2.0
#include "viewer/model/base/settings.hpp"

#include <fmt/format.h>

#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <nlohmann/json.hpp>

#include "viewer/model/base/atomic_file.hpp"
#include "viewer/model/base/error.hpp"
#include "viewer/model/base/text_file.hpp"

namespace ws::model {
namespace {

using OrderedJson = nlohmann::ordered_json;
constexpr std::size_t kMostBytes = 65536;

/// Takes the values of one file by their keys.
class Reader {
  public:
    Reader(const OrderedJson& json, const std::filesystem::path& file) : json_(json), file_(file) {}

    std::optional<bool> truth(const char* key) const {
        const OrderedJson* value = find(key);
        if (value == nullptr) return std::nullopt;
        if (!value->is_boolean()) fail(key, "true or false is wanted");
        return value->get<bool>();
    }
    std::optional<std::string> text(const char* key) const {
        const OrderedJson* value = find(key);
        if (value == nullptr) return std::nullopt;
        if (!value->is_string()) fail(key, "a text is wanted");
        return value->get<std::string>();
    }
    std::optional<double> number(const char* key, double least, double most) const {
        const OrderedJson* value = find(key);
        if (value == nullptr) return std::nullopt;
        const double number = value->is_number() ? value->get<double>() : least - 1;
        if (!(number >= least && number <= most))
            fail(key, fmt::format("a number from {} to {} is wanted", least, most));
        return number;
    }

  private:
    const OrderedJson* find(const char* key) const {
        const auto at = json_.find(key);
        return at == json_.end() ? nullptr : &*at;
    }
    [[noreturn]] void fail(const char* key, const std::string& wanted) const {
        throw SettingsError(fmt::format("{}: {}: {}", file_.string(), key, wanted));
    }

    const OrderedJson& json_;
    const std::filesystem::path& file_;
};

template <class To, class From>
std::optional<To> as(const std::optional<From>& value) {
    return value ? std::optional<To>(static_cast<To>(*value)) : std::nullopt;
}

}  // namespace

Settings Settings::parse(const std::string& text, const std::filesystem::path& file) {
    OrderedJson json;
    try {
        json = OrderedJson::parse(text);
    } catch (const OrderedJson::parse_error& error) {
        throw SettingsError(fmt::format("{}: is no JSON: byte {}", file.string(), error.byte));
    }
    if (!json.is_object()) throw SettingsError(fmt::format("{}: an object is wanted: {{ ... }}", file.string()));
    const Reader reader(json, file);
    Settings settings;
    if (const auto theme = reader.text("theme")) {
        if (*theme != "dark" && *theme != "light") {
            throw SettingsError(fmt::format("{}: theme: light or dark is wanted", file.string()));
        }
        settings.dark = *theme == "dark";
    }
    settings.scale = as<float>(reader.number("scale", kLeastScale, kMostScale));
    settings.width = as<int>(reader.number("width", kLeastWindow[0], kMostWindow));
    settings.height = as<int>(reader.number("height", kLeastWindow[1], kMostWindow));
    settings.tab = reader.text("tab");
    settings.profile = reader.text("profile");
    settings.lined_up = reader.truth("lined_up");
    settings.lanes_part = as<float>(reader.number("lanes_part", 0, 1));
    settings.events_part = as<float>(reader.number("events_part", 0, 1));
    return settings;
}

Settings Settings::load(const std::filesystem::path& file) {
    std::error_code error;
    if (!std::filesystem::exists(file, error)) return {};
    try {
        return parse(read_text_file(file, kMostBytes, "settings"), file);
    } catch (const TraceError& problem) {
        throw SettingsError(problem.what());
    }
}

std::string Settings::text() const {
    OrderedJson json = OrderedJson::object();
    if (dark) json["theme"] = *dark ? "dark" : "light";
    if (scale) json["scale"] = *scale;
    if (width) json["width"] = *width;
    if (height) json["height"] = *height;
    if (tab) json["tab"] = *tab;
    if (profile) json["profile"] = *profile;
    if (lined_up) json["lined_up"] = *lined_up;
    if (lanes_part) json["lanes_part"] = *lanes_part;
    if (events_part) json["events_part"] = *events_part;
    return json.dump(2, ' ', false, OrderedJson::error_handler_t::replace) + "\n";
}

void Settings::save(const std::filesystem::path& file) const {
    std::error_code error;
    std::filesystem::create_directories(file.parent_path(), error);
    if (error) throw SettingsError(fmt::format("{}: cannot be made: {}", file.parent_path().string(), error.message()));
    try {
        write_atomically(file, text());
    } catch (const TraceError& problem) {
        throw SettingsError(problem.what());
    }
}

std::filesystem::path settings_file() {
    const auto folder = [](const char* name) {
        const char* value = std::getenv(name);
        return std::filesystem::path(value == nullptr ? "" : value);
    };
    // The XDG Base Directory Specification: a relative path is to be ignored.
    std::filesystem::path base = folder("XDG_CONFIG_HOME");
    if (!base.is_absolute()) base = folder("HOME").is_absolute() ? folder("HOME") / ".config" : "";
    return base.empty() ? base : base / "worldswitch" / "wsview.json";
}

}  // namespace ws::model
