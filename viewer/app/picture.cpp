// SPDX-License-Identifier: Apache-2.0
#include "viewer/app/picture.hpp"

#include <GL/gl.h>
#include <backends/imgui_impl_opengl3.h>
#include <fmt/format.h>

#include <sstream>

#include "viewer/app/gl_clear.hpp"
#include "viewer/app/offscreen.hpp"
#include "viewer/app/png_file.hpp"
#include "viewer/model/base/atomic_file.hpp"

namespace ws::app {

namespace {

// What a view asks for, such as to scroll, is there in the next frame.
constexpr int kFrames = 4;

void set_size(const Options& options) {
    ImGuiIO& io = ImGui::GetIO();
    io.DisplaySize = ImVec2(static_cast<float>(options.width), static_cast<float>(options.height));
    io.DeltaTime = 1.0F / 60;
}

}  // namespace

void write_picture(const view::Session& session, view::OpenRuns& open_runs, const Options& options) {
    const OffscreenContext context;
    const OffscreenPicture picture(options.width, options.height);
    session.wait_for_images();
    Gui gui(options.dark, fitting_scale(options));
    view::Requests requests;  // which nobody makes where there is no window
    Frame frame(session, options, open_runs, requests, gui);
    set_size(options);
    if (!ImGui_ImplOpenGL3_Init("#version 330 core")) throw AppError("OpenGL 3.3 does not start");
    for (int i = 0; i < kFrames; ++i) {
        ImGui_ImplOpenGL3_NewFrame();
        ImGui::NewFrame();
        frame.draw();
        ImGui::Render();
    }
    gl_clear(options.width, options.height, gui.theme().background);
    ImGui_ImplOpenGL3_RenderDrawData(ImGui::GetDrawData());
    const std::vector<u8> pixels = picture.read();
    ImGui_ImplOpenGL3_Shutdown();
    write_png(options.png, options.width, options.height, pixels);
}

void write_texts(const view::Session& session, view::OpenRuns& open_runs, const Options& options) {
    session.wait_for_images();
    Gui gui(options.dark, fitting_scale(options));
    view::Requests requests;  // which nobody makes where there is no window
    Frame frame(session, options, open_runs, requests, gui);
    set_size(options);
    ImGui::GetIO().Fonts->Build();  // which a renderer would do
    std::string texts;
    for (int i = 0; i < kFrames; ++i) {
        ImGui::NewFrame();
        frame.draw(i + 1 == kFrames ? &texts : nullptr);
        ImGui::Render();
    }
    std::string trimmed;
    std::istringstream lines(texts);
    for (std::string line; std::getline(lines, line);) {
        const std::size_t first = line.find_first_not_of(' ');
        if (first != std::string::npos) trimmed += line.substr(first) + "\n";
    }
    model::write_atomically(options.text, trimmed);
}

}  // namespace ws::app
