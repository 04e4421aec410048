// SPDX-License-Identifier: Apache-2.0
#include "viewer/app/offscreen.hpp"

#define GL_GLEXT_PROTOTYPES
#include <EGL/eglext.h>
#include <GL/gl.h>
#include <GL/glext.h>
#include <fmt/format.h>

#include <cstring>

#include "viewer/app/frame.hpp"

namespace ws::app {
namespace {

[[noreturn]] void fail(const char* what) {
    throw AppError(
        fmt::format("cannot draw without a display: {} (EGL error 0x{:x}); are libegl1 and libgl1-mesa-dri installed?",
                    what, static_cast<unsigned>(eglGetError())));
}

EGLDisplay open_display() {
    const char* extensions = eglQueryString(EGL_NO_DISPLAY, EGL_EXTENSIONS);
    if (extensions == nullptr || std::strstr(extensions, "EGL_MESA_platform_surfaceless") == nullptr) {
        fail("EGL has no platform without a surface");
    }
    const auto get = reinterpret_cast<PFNEGLGETPLATFORMDISPLAYEXTPROC>(eglGetProcAddress("eglGetPlatformDisplayEXT"));
    if (get == nullptr) fail("eglGetPlatformDisplayEXT is missing");
    const EGLDisplay display = get(EGL_PLATFORM_SURFACELESS_MESA, nullptr, nullptr);
    if (display == EGL_NO_DISPLAY || eglInitialize(display, nullptr, nullptr) == EGL_FALSE) fail("EGL does not start");
    return display;
}

EGLContext open_context(EGLDisplay display) {
    const EGLint wanted[] = {EGL_SURFACE_TYPE, 0, EGL_RENDERABLE_TYPE, EGL_OPENGL_BIT, EGL_NONE};
    EGLConfig config = nullptr;
    EGLint count = 0;
    if (eglBindAPI(EGL_OPENGL_API) == EGL_FALSE) fail("EGL has no OpenGL");
    if (eglChooseConfig(display, wanted, &config, 1, &count) == EGL_FALSE || count == 0)
        fail("EGL has no configuration");
    const EGLint attributes[] = {
        EGL_CONTEXT_MAJOR_VERSION,           3,       EGL_CONTEXT_MINOR_VERSION, 3, EGL_CONTEXT_OPENGL_PROFILE_MASK,
        EGL_CONTEXT_OPENGL_CORE_PROFILE_BIT, EGL_NONE};
    const EGLContext context = eglCreateContext(display, config, EGL_NO_CONTEXT, attributes);
    if (context == EGL_NO_CONTEXT || eglMakeCurrent(display, EGL_NO_SURFACE, EGL_NO_SURFACE, context) == EGL_FALSE) {
        fail("no OpenGL 3.3");
    }
    return context;
}

}  // namespace

OffscreenContext::OffscreenContext() : display_(open_display()), context_(open_context(display_)) {}

OffscreenContext::~OffscreenContext() {
    eglMakeCurrent(display_, EGL_NO_SURFACE, EGL_NO_SURFACE, EGL_NO_CONTEXT);
    eglDestroyContext(display_, context_);
    // No eglTerminate: it unloads the driver, and what the driver never frees then looks like a leak of this program's.
}

OffscreenPicture::OffscreenPicture(int width, int height) : width_(width), height_(height) {
    GLint most = 0;
    glGetIntegerv(GL_MAX_RENDERBUFFER_SIZE, &most);
    if (width > most || height > most) throw AppError(fmt::format("--size: OpenGL draws at most {0}x{0} here", most));
    glGenFramebuffers(1, &framebuffer_);
    glBindFramebuffer(GL_FRAMEBUFFER, framebuffer_);
    glGenRenderbuffers(1, &colours_);
    glBindRenderbuffer(GL_RENDERBUFFER, colours_);
    glRenderbufferStorage(GL_RENDERBUFFER, GL_RGBA8, width, height);
    glFramebufferRenderbuffer(GL_FRAMEBUFFER, GL_COLOR_ATTACHMENT0, GL_RENDERBUFFER, colours_);
    if (glCheckFramebufferStatus(GL_FRAMEBUFFER) != GL_FRAMEBUFFER_COMPLETE) fail("OpenGL has no framebuffer object");
}

OffscreenPicture::~OffscreenPicture() {
    glDeleteRenderbuffers(1, &colours_);
    glDeleteFramebuffers(1, &framebuffer_);
}

std::vector<std::uint8_t> OffscreenPicture::read() const {
    const auto row = static_cast<std::size_t>(width_) * 3;
    std::vector<std::uint8_t> upside_down(row * static_cast<std::size_t>(height_));
    glPixelStorei(GL_PACK_ALIGNMENT, 1);
    glReadPixels(0, 0, width_, height_, GL_RGB, GL_UNSIGNED_BYTE, upside_down.data());
    std::vector<std::uint8_t> pixels(upside_down.size());
    for (std::size_t y = 0; y < static_cast<std::size_t>(height_); ++y) {
        std::memcpy(pixels.data() + y * row, upside_down.data() + (static_cast<std::size_t>(height_) - 1 - y) * row,
                    row);
    }
    return pixels;
}

}  // namespace ws::app
