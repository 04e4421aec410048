// SPDX-License-Identifier: Apache-2.0
#include <cmath>
#include <filesystem>
#include <initializer_list>

#include "viewer/views/draw/theme.hpp"

namespace ws::view {
namespace {

// Inter and JetBrains Mono, or DejaVu: one family for all, so that a machine that lacks one does not mix.
constexpr std::initializer_list<const char*> kText = {"/usr/share/fonts/opentype/inter/Inter-Medium.otf",
                                                      "/usr/share/fonts/truetype/dejavu/DejaVuSans.ttf"};
constexpr std::initializer_list<const char*> kBold = {"/usr/share/fonts/opentype/inter/Inter-Bold.otf",
                                                      "/usr/share/fonts/truetype/dejavu/DejaVuSans-Bold.ttf"};
constexpr std::initializer_list<const char*> kMono = {
    "/usr/share/fonts/truetype/jetbrains-mono/JetBrainsMono-Medium.ttf",
    "/usr/share/fonts/truetype/dejavu/DejaVuSansMono.ttf"};

// Latin, dashes and quotes, bullet, ellipsis, arrows, minus.
constexpr ImWchar kAllBut[] = {0x20, 0x2f, 0x3a, 0xff, 0x2010, 0x2027, 0x2190, 0x2193, 0x2212, 0x2212, 0};
constexpr ImWchar kDigits[] = {'0', '9', 0};

std::string first_that_exists(std::initializer_list<const char*> files) {
    for (const char* file : files) {
        std::error_code error;
        if (std::filesystem::is_regular_file(file, error)) return file;
    }
    return {};
}

bool is_inter(const std::string& file) {
    return file.find("Inter-") != std::string::npos;
}

/// Figures stand under each other only if all digits are equally wide; Inter's are not, so they get a common advance.
ImFont* load(std::initializer_list<const char*> files, float size) {
    ImFontAtlas& atlas = *ImGui::GetIO().Fonts;
    ImFontConfig config;
    config.OversampleH = 2;
    config.OversampleV = 1;
    const std::string file = first_that_exists(files);
    if (file.empty()) {
        config.SizePixels = std::floor(size);
        ImFont* plain = atlas.AddFontDefault(&config);
        plain->FallbackChar = '-';  // it has no minus and no dash
        return plain;
    }
    // A font's height includes its line gap, which differs: with these, letters are about equally high.
    const bool tall = file.find("JetBrains") != std::string::npos;
    size = std::floor(size * (is_inter(file) ? 1.08F : tall ? 1.16F : 1.0F) + 0.5F);
    ImFont* font = atlas.AddFontFromFileTTF(file.c_str(), size, &config, kAllBut);
    config.MergeMode = true;
    if (is_inter(file)) config.GlyphMinAdvanceX = std::floor(size * 0.535F);
    atlas.AddFontFromFileTTF(file.c_str(), size, &config, kDigits);
    return font;
}

}  // namespace

Fonts load_fonts(float scale) {
    Fonts fonts;
    fonts.text = load(kText, 15 * scale);
    fonts.bold = load(kBold, 15 * scale);
    fonts.small = load(kText, 13 * scale);
    fonts.title = load(kBold, 20 * scale);
    fonts.figure = load(kBold, 24 * scale);
    fonts.mono = load(kMono, 14 * scale);
    return fonts;
}

}  // namespace ws::view
