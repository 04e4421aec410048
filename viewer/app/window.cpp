// SPDX-License-Identifier: Apache-2.0
#include "viewer/app/window.hpp"

#include <backends/imgui_impl_glfw.h>
#include <backends/imgui_impl_opengl3.h>
#include <fmt/format.h>

#include <iterator>
#include <optional>

#include "viewer/app/clear.hpp"

#define GLFW_INCLUDE_NONE
#include <GLFW/glfw3.h>

namespace ws::app {
namespace {

using view::Action;

struct Key {
    int key;
    Action action;
};
constexpr Key kKeys[] = {
    {GLFW_KEY_RIGHT, Action::next_operation}, {GLFW_KEY_LEFT, Action::previous_operation},
    {GLFW_KEY_HOME, Action::first_operation}, {GLFW_KEY_END, Action::last_operation},
    {GLFW_KEY_DOWN, Action::next_event},      {GLFW_KEY_UP, Action::previous_event},
    {GLFW_KEY_KP_ADD, Action::zoom_in},       {GLFW_KEY_KP_SUBTRACT, Action::zoom_out},
    {GLFW_KEY_ESCAPE, Action::toggle_help},
};
struct Letter {
    char letter;
    Action action;
};
/// Letters go by what they are on this keyboard, not by where they are.
constexpr Letter kLetters[] = {
    {'+', Action::zoom_in},       {'=', Action::zoom_in},     {'-', Action::zoom_out},
    {'f', Action::fit_operation}, {'a', Action::whole_run},   {'t', Action::toggle_theme},
    {'h', Action::toggle_help},   {'?', Action::toggle_help}, {'q', Action::quit},
};

/// What the callbacks tell the loop.
struct Input {
    view::State* state = nullptr;
    bool happened = true;
};

Input& input_of(GLFWwindow* window) {
    return *static_cast<Input*>(glfwGetWindowUserPointer(window));
}

void on_key(GLFWwindow* window, int key, int, int action, int) {
    Input& input = input_of(window);
    input.happened = true;
    if (action == GLFW_RELEASE || ImGui::GetIO().WantTextInput) return;
    for (const Key& row : kKeys) {
        if (row.key != key) continue;
        // Escape closes the help; it does not open it.
        if (key != GLFW_KEY_ESCAPE || input.state->help) input.state->act(row.action);
    }
}

void on_letter(GLFWwindow* window, unsigned letter) {
    Input& input = input_of(window);
    input.happened = true;
    if (ImGui::GetIO().WantTextInput) return;  // it is for a field
    if (letter > '0' && letter <= '0' + std::size(view::kTabs)) input.state->tab = view::kTabs[letter - '1'].tab;
    if (letter >= 'A' && letter <= 'Z') letter += 'a' - 'A';
    for (const Letter& row : kLetters) {
        if (static_cast<unsigned>(row.letter) == letter) input.state->act(row.action);
    }
}

/// Set before ImGui's own, which call these in turn.
void set_callbacks(GLFWwindow* window) {
    glfwSetKeyCallback(window, on_key);
    glfwSetCharCallback(window, on_letter);
    glfwSetCursorPosCallback(window, [](GLFWwindow* w, double, double) { input_of(w).happened = true; });
    glfwSetCursorEnterCallback(window, [](GLFWwindow* w, int) { input_of(w).happened = true; });
    glfwSetMouseButtonCallback(window, [](GLFWwindow* w, int, int, int) { input_of(w).happened = true; });
    glfwSetScrollCallback(window, [](GLFWwindow* w, double, double) { input_of(w).happened = true; });
    glfwSetWindowFocusCallback(window, [](GLFWwindow* w, int) { input_of(w).happened = true; });
    glfwSetWindowRefreshCallback(window, [](GLFWwindow* w) { input_of(w).happened = true; });
    glfwSetFramebufferSizeCallback(window, [](GLFWwindow* w, int, int) { input_of(w).happened = true; });
}

std::string glfw_problem() {
    const char* text = nullptr;
    glfwGetError(&text);
    return text != nullptr ? text : "unknown reason";
}

/// GLFW and its window.
class Window {
  public:
    Window(const Options& options, const std::string& title) {
        if (glfwInit() == GLFW_FALSE) fail();
        glfwWindowHint(GLFW_CONTEXT_VERSION_MAJOR, 3);
        glfwWindowHint(GLFW_CONTEXT_VERSION_MINOR, 3);
        glfwWindowHint(GLFW_OPENGL_PROFILE, GLFW_OPENGL_CORE_PROFILE);
        glfwWindowHint(GLFW_VISIBLE, GLFW_FALSE);
        window_ = glfwCreateWindow(options.width, options.height, title.c_str(), nullptr, nullptr);
        if (window_ == nullptr) fail();
        const float scale = fitting_scale(options);
        glfwSetWindowSizeLimits(window_, static_cast<int>(scale * static_cast<float>(kLeastWidth)),
                                static_cast<int>(scale * static_cast<float>(kLeastHeight)), GLFW_DONT_CARE,
                                GLFW_DONT_CARE);
        glfwMakeContextCurrent(window_);
        glfwSwapInterval(1);
    }
    ~Window() {
        glfwDestroyWindow(window_);
        glfwTerminate();
    }
    Window(const Window&) = delete;
    Window& operator=(const Window&) = delete;
    GLFWwindow* get() const { return window_; }

  private:
    [[noreturn]] static void fail() {
        const std::string problem = glfw_problem();
        glfwTerminate();
        throw AppError(fmt::format("cannot open a window: {}; --png FILE draws without a display", problem));
    }

    GLFWwindow* window_ = nullptr;
};

void draw_frame(GLFWwindow* window, Frame& frame) {
    ImGui_ImplOpenGL3_NewFrame();
    ImGui_ImplGlfw_NewFrame();
    frame.draw();
    int width = 0;
    int height = 0;
    glfwGetFramebufferSize(window, &width, &height);
    clear(width, height, frame.background());
    ImGui_ImplOpenGL3_RenderDrawData(ImGui::GetDrawData());
    glfwSwapBuffers(window);
}

/// Draws while something happens and for a few frames after, in which what was asked for takes effect; then sleeps.
void run(GLFWwindow* window, Input& input, Frame& frame) {
    static constexpr int kFramesAfterInput = 4;
    int frames = kFramesAfterInput;
    while (glfwWindowShouldClose(window) == GLFW_FALSE && !frame.state().quit) {
        input.happened = false;
        if (frames > 0) {
            glfwPollEvents();
        } else {
            glfwWaitEventsTimeout(30);
        }
        if (input.happened) frames = kFramesAfterInput;
        if (frames > 0) draw_frame(window, frame);
        if (frames > 0) --frames;
    }
}

}  // namespace

void show_window(const view::Session& session, const Options& options) {
    std::string title = "Worldswitch: " + session.title(0);
    if (session.two()) title += " / " + session.title(1);
    const Window window(options, title);
    Frame frame(session, options);
    Input input{&frame.state(), true};
    glfwSetWindowUserPointer(window.get(), &input);
    set_callbacks(window.get());
    if (!ImGui_ImplGlfw_InitForOpenGL(window.get(), true) || !ImGui_ImplOpenGL3_Init("#version 330 core")) {
        throw AppError("OpenGL 3.3 does not start");
    }
    glfwShowWindow(window.get());
    run(window.get(), input, frame);
    ImGui_ImplOpenGL3_Shutdown();
    ImGui_ImplGlfw_Shutdown();
}

}  // namespace ws::app
