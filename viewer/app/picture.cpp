// SPDX-License-Identifier: Apache-2.0
#include "viewer/app/picture.hpp"

#include <GL/gl.h>
#include <backends/imgui_impl_opengl3.h>
#include <fmt/format.h>

#include <cerrno>
#include <cstdio>
#include <cstring>

#include "viewer/app/clear.hpp"
#include "viewer/app/offscreen.hpp"
#include "viewer/app/png_file.hpp"

namespace ws::app {

void write_picture(const view::Session& session, view::OpenRuns& open_runs, const Options& options) {
    const OffscreenContext context;
    const OffscreenPicture picture(options.width, options.height);
    session.wait_for_images();
    Gui gui(options.dark, fitting_scale(options));
    Frame frame(session, options, open_runs, gui);
    ImGuiIO& io = ImGui::GetIO();
    io.DisplaySize = ImVec2(static_cast<float>(options.width), static_cast<float>(options.height));
    io.DeltaTime = 1.0F / 60;
    if (!ImGui_ImplOpenGL3_Init("#version 330 core")) throw AppError("OpenGL 3.3 does not start");
    // What a view asks for, such as to scroll, is there in the next frame.
    static constexpr int kFrames = 4;
    for (int i = 0; i < kFrames; ++i) {
        ImGui_ImplOpenGL3_NewFrame();
        ImGui::NewFrame();
        frame.draw();
        ImGui::Render();
    }
    clear(options.width, options.height, gui.theme().background);
    ImGui_ImplOpenGL3_RenderDrawData(ImGui::GetDrawData());
    const std::vector<u8> pixels = picture.read();
    ImGui_ImplOpenGL3_Shutdown();
    write_png(options.png, options.width, options.height, pixels);
}

}  // namespace ws::app
