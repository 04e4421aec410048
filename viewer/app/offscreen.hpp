// SPDX-License-Identifier: Apache-2.0
// OpenGL without a display: EGL without a surface, and a framebuffer object to draw into.
#pragma once

#include <EGL/egl.h>

#include <cstdint>
#include <vector>

namespace ws::app {

/// An OpenGL context that is current as long as this lives.
class OffscreenContext {
  public:
    OffscreenContext();
    ~OffscreenContext();
    OffscreenContext(const OffscreenContext&) = delete;
    OffscreenContext& operator=(const OffscreenContext&) = delete;

  private:
    EGLDisplay display_ = EGL_NO_DISPLAY;
    EGLContext context_ = EGL_NO_CONTEXT;
};

/// A picture in OpenGL's memory, bound as what is drawn into.
class OffscreenPicture {
  public:
    OffscreenPicture(int width, int height);
    ~OffscreenPicture();
    OffscreenPicture(const OffscreenPicture&) = delete;
    OffscreenPicture& operator=(const OffscreenPicture&) = delete;

    /// Red, green and blue of each pixel, the top row first.
    std::vector<std::uint8_t> read() const;

  private:
    int width_;
    int height_;
    unsigned framebuffer_ = 0;
    unsigned colours_ = 0;
};

}  // namespace ws::app
