// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <GL/gl.h>
#include <imgui.h>

namespace ws::app {

/// Fills what is drawn into with one colour.
inline void gl_clear(int width, int height, ImU32 colour) {
    const ImVec4 c = ImGui::ColorConvertU32ToFloat4(colour);
    glViewport(0, 0, width, height);
    glClearColor(c.x, c.y, c.z, 1);
    glClear(GL_COLOR_BUFFER_BIT);
}

}  // namespace ws::app
