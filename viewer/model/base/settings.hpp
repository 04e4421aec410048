// SPDX-License-Identifier: Apache-2.0
// What the window remembers from one time to the next: a small JSON file in the person's configuration folder.
#pragma once

#include <filesystem>
#include <optional>
#include <stdexcept>
#include <string>

namespace ws::model {

/// Settings that cannot be used. `what()` is one line: the file and what is wrong.
class SettingsError : public std::runtime_error {
  public:
    using std::runtime_error::runtime_error;
};

/// What was never chosen is not there.
struct Settings {
    std::optional<bool> dark;
    std::optional<float> scale;
    std::optional<int> width;
    std::optional<int> height;
    std::optional<std::string> tab;
    std::optional<std::string> profile;
    std::optional<bool> lined_up;
    std::optional<float> lanes_part;   ///< of the height below the strips
    std::optional<float> events_part;  ///< of the width

    /// Reads a file's text; `file` is for messages. Keys that it does not know it passes over: another version's.
    /// Throws SettingsError.
    static Settings parse(const std::string& text, const std::filesystem::path& file);
    /// Nothing is remembered where there is no file. Throws SettingsError.
    static Settings load(const std::filesystem::path& file);
    /// The file's text.
    std::string text() const;
    /// Writes the file, and its folder if need be. Throws SettingsError.
    void save(const std::filesystem::path& file) const;

    friend bool operator==(const Settings&, const Settings&) = default;
};

/// `$XDG_CONFIG_HOME/worldswitch/wsview.json`, or ~/.config where that is not set; empty where there is no home.
std::filesystem::path settings_file();

inline constexpr float kLeastScale = 0.5F;
inline constexpr float kMostScale = 4;
inline constexpr int kLeastWindow[2] = {320, 240};
inline constexpr int kMostWindow = 16384;

}  // namespace ws::model
