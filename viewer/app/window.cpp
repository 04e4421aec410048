// SPDX-License-Identifier: Apache-2.0
#include "viewer/app/window.hpp"

#include <backends/imgui_impl_glfw.h>
#include <backends/imgui_impl_opengl3.h>
#include <fmt/format.h>

#include <algorithm>
#include <atomic>
#include <cstdlib>
#include <iterator>
#include <optional>
#include <utility>

#include "viewer/app/application.hpp"
#include "viewer/app/export_files.hpp"
#include "viewer/app/gl_clear.hpp"
#include "viewer/app/offscreen.hpp"
#include "viewer/app/settings_merge.hpp"

#define GLFW_INCLUDE_NONE
#include <GLFW/glfw3.h>

namespace ws::app {
namespace {

using view::Action;
using view::StartKey;

struct Key {
    int key;
    Action action;
};
constexpr Key kKeys[] = {
    {GLFW_KEY_RIGHT, Action::next_operation}, {GLFW_KEY_LEFT, Action::previous_operation},
    {GLFW_KEY_HOME, Action::first_operation}, {GLFW_KEY_END, Action::last_operation},
    {GLFW_KEY_DOWN, Action::next_event},      {GLFW_KEY_UP, Action::previous_event},
    {GLFW_KEY_KP_ADD, Action::zoom_in},       {GLFW_KEY_KP_SUBTRACT, Action::zoom_out},
    {GLFW_KEY_BACKSPACE, Action::back},       {GLFW_KEY_SPACE, Action::show_answer},
    {GLFW_KEY_PAGE_DOWN, Action::next_step},  {GLFW_KEY_PAGE_UP, Action::previous_step},
};
constexpr Key kKeysWithControl[] = {
    {GLFW_KEY_F, Action::find},           {GLFW_KEY_UP, Action::border_up},       {GLFW_KEY_DOWN, Action::border_down},
    {GLFW_KEY_LEFT, Action::border_left}, {GLFW_KEY_RIGHT, Action::border_right},
};
struct Letter {
    char letter;
    Action action;
};
/// Letters go by what they are on this keyboard, not by where they are.
constexpr Letter kLetters[] = {
    {'+', Action::zoom_in},       {'=', Action::zoom_in},          {'-', Action::zoom_out},
    {'f', Action::fit_operation}, {'z', Action::whole_run},        {'t', Action::toggle_theme},
    {'h', Action::toggle_help},   {'?', Action::toggle_help},      {'l', Action::toggle_lined_up},
    {'g', Action::go_to},         {'w', Action::zoom_in_at_mouse}, {'s', Action::zoom_out_at_mouse},
    {'a', Action::pan_left},      {'d', Action::pan_right},        {'/', Action::find},
    {'u', Action::toggle_tour},   {'n', Action::write_note},       {'p', Action::previous_note},
};

struct StartKeyRow {
    int key;
    StartKey does;
};
constexpr StartKeyRow kStartKeys[] = {
    {GLFW_KEY_UP, StartKey::up},     {GLFW_KEY_DOWN, StartKey::down},   {GLFW_KEY_SPACE, StartKey::mark},
    {GLFW_KEY_LEFT, StartKey::left}, {GLFW_KEY_RIGHT, StartKey::right}, {GLFW_KEY_ENTER, StartKey::open},
};

/// What the callbacks tell the loop.
struct Input {
    Application* application = nullptr;
    bool happened = true;
    int queued = 0;  ///< keys, letters and buttons. From 1.87 on ImGui may take as little as one of them a frame
};

Input& input_of(GLFWwindow* window) { return *static_cast<Input*>(glfwGetWindowUserPointer(window)); }

/// With Alt the arrows go through what was looked at, as in a browser; with Control they move borders.
std::optional<Action> action_of(int key, int modifiers) {
    if ((modifiers & GLFW_MOD_ALT) != 0 && key == GLFW_KEY_LEFT) return Action::back;
    if ((modifiers & GLFW_MOD_ALT) != 0 && key == GLFW_KEY_RIGHT) return Action::forward;
    if ((modifiers & GLFW_MOD_CONTROL) != 0) {
        for (const Key& row : kKeysWithControl) {
            if (row.key == key) return row.action;
        }
    }
    if (key == GLFW_KEY_F3) return (modifiers & GLFW_MOD_SHIFT) != 0 ? Action::previous_found : Action::next_found;
    for (const Key& row : kKeys) {
        if (row.key == key) return row.action;
    }
    return std::nullopt;
}

void on_key_of_runs(view::State& state, int key, int modifiers) {
    if (key == GLFW_KEY_ESCAPE && ImGui::IsPopupOpen("", ImGuiPopupFlags_AnyPopup)) {
        state.close_lists = true;
        return;
    }
    if (key == GLFW_KEY_ESCAPE) return state.escape();
    if (const auto wanted = action_of(key, modifiers)) state.act(*wanted);
}

void on_key(GLFWwindow* window, int key, int, int action, int modifiers) {
    Input& input = input_of(window);
    input.happened = true;
    ++input.queued;
    if (action == GLFW_RELEASE) return;
    if (view::State* state = input.application->state(); state != nullptr && state->has_field()) {
        if (key == GLFW_KEY_ESCAPE) state->escape();  // not left to the field: ImGui would miss a short press
        return;
    }
    if (ImGui::GetIO().WantTextInput) return;
    if (view::State* state = input.application->state()) return on_key_of_runs(*state, key, modifiers);
    if (key == GLFW_KEY_ESCAPE) return input.application->escape();
    view::StartPage* page = input.application->start_page();
    if (page == nullptr) return;
    for (const StartKeyRow& row : kStartKeys) {
        if (row.key == key) page->act(row.does);
    }
}

void on_letter_of_runs(Application& application, view::State& state, char letter) {
    if (letter > '0' && letter <= '0' + static_cast<int>(std::size(view::kTabs))) {
        state.tab = view::kTabs[letter - '1'].tab;
    }
    using What = view::Request::What;
    if (letter == 'o') application.ask({What::start_page});
    if (letter == 'b') application.compare_next();
    if (letter == 'e') application.ask({What::export_files});
    if (letter == 'q') application.ask({What::quit});
    for (const Letter& row : kLetters) {
        if (row.letter == letter) state.act(row.action);
    }
}

void on_letter_of_start_page(Application& application, view::StartPage& page, char letter) {
    if (letter >= '1' && letter <= '9') page.toggle_design(static_cast<unsigned>(letter - '1'));
    if (letter == 'r') page.act(StartKey::run);
    if (letter == 'd') page.act(StartKey::demo);
    if (letter == 'q') application.ask({view::Request::What::quit});
}

bool is_down(GLFWwindow* window, int left, int right) {
    return glfwGetKey(window, left) == GLFW_PRESS || glfwGetKey(window, right) == GLFW_PRESS;
}

void on_letter(GLFWwindow* window, unsigned code) {
    Input& input = input_of(window);
    input.happened = true;
    ++input.queued;
    if (ImGui::GetIO().WantTextInput || code > 0x7e) return;  // it is for a field
    char letter = static_cast<char>(code);
    if (letter >= 'A' && letter <= 'Z') letter = static_cast<char>(letter + 'a' - 'A');
    if (view::State* state = input.application->state()) {
        if (state->has_field()) return;
        if (letter == 'n' && is_down(window, GLFW_KEY_LEFT_SHIFT, GLFW_KEY_RIGHT_SHIFT)) {
            return state->act(Action::next_note);
        }
        on_letter_of_runs(*input.application, *state, letter);
    } else if (view::StartPage* page = input.application->start_page()) {
        on_letter_of_start_page(*input.application, *page, letter);
    }
}

void on_drop(GLFWwindow* window, int count, const char** paths) {
    Input& input = input_of(window);
    input.happened = true;
    input.application->open({paths, paths + count});
}

/// Set before ImGui's own, which call these in turn.
void set_callbacks(GLFWwindow* window) {
    glfwSetKeyCallback(window, on_key);
    glfwSetCharCallback(window, on_letter);
    glfwSetDropCallback(window, on_drop);
    glfwSetCursorPosCallback(window, [](GLFWwindow* w, double, double) { input_of(w).happened = true; });
    glfwSetCursorEnterCallback(window, [](GLFWwindow* w, int) { input_of(w).happened = true; });
    glfwSetMouseButtonCallback(window, [](GLFWwindow* w, int, int, int) {
        input_of(w).happened = true;
        ++input_of(w).queued;
    });
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

/// GLFW 3.4 tries Wayland before X11, and where the environment has no place for Wayland's socket its library says so
/// on standard error. There can be no Wayland then, so it is not tried. (GLFW 3.3 has but one of the two built in.)
void choose_platform() {
#ifdef GLFW_PLATFORM
    const char* const display = std::getenv("WAYLAND_DISPLAY");
    const bool has_path = display != nullptr && display[0] == '/';
    const char* const place = std::getenv("XDG_RUNTIME_DIR");
    const bool has_place = place != nullptr && place[0] == '/';
    if (!has_place && !has_path && glfwPlatformSupported(GLFW_PLATFORM_X11) == GLFW_TRUE) {
        glfwInitHint(GLFW_PLATFORM, GLFW_PLATFORM_X11);
    }
#endif
}

/// GLFW and its window.
class Window {
  public:
    /// The options' size becomes less where the screen is smaller.
    Window(Options& options, const std::string& title) {
        choose_platform();
        if (glfwInit() == GLFW_FALSE) fail();
        fit_to_screen(options);
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
    static void fit_to_screen(Options& options) {
        GLFWmonitor* const monitor = glfwGetPrimaryMonitor();
        if (monitor == nullptr) return;
        int width = 0;
        int height = 0;
        glfwGetMonitorWorkarea(monitor, nullptr, nullptr, &width, &height);
        if (width > 0) options.width = std::min(options.width, width);
        if (height > 0) options.height = std::min(options.height, height);
    }

    [[noreturn]] static void fail() {
        const std::string problem = glfw_problem();
        glfwTerminate();
        throw AppError(fmt::format("cannot open a window: {}; --png FILE draws without a display", problem));
    }

    GLFWwindow* window_ = nullptr;
};

void draw_frame(GLFWwindow* window, Application& application) {
    ImGui_ImplOpenGL3_NewFrame();
    ImGui_ImplGlfw_NewFrame();
    ImGui::NewFrame();
    application.draw();
    ImGui::Render();
    int width = 0;
    int height = 0;
    glfwGetFramebufferSize(window, &width, &height);
    gl_clear(width, height, application.background());
    ImGui_ImplOpenGL3_RenderDrawData(ImGui::GetDrawData());
    glfwSwapBuffers(window);
}

/// Draws the same frame once more, into a picture, and writes it with the rest.
void export_frame(GLFWwindow* window, Application& application) {
    view::State& state = *application.state();
    try {
        Pixels pixels{};
        glfwGetFramebufferSize(window, &pixels.width, &pixels.height);
        const OffscreenPicture picture(pixels.width, pixels.height);
        gl_clear(pixels.width, pixels.height, application.background());
        ImGui_ImplOpenGL3_RenderDrawData(ImGui::GetDrawData());
        pixels.rgb = picture.read();
        state.notice = export_files(application.session(), state, pixels);
    } catch (const std::exception& error) {
        state.notice = error.what();
    }
}

/// Draws while something happens and for a few frames after, in which what was asked for takes effect; then sleeps.
/// Where frames take longer than somebody types, ImGui has letters left when the last one has come.
void run(GLFWwindow* window, Input& input, std::atomic<bool>& woken) {
    static constexpr int kFramesAfterInput = 4;
    static constexpr double kLook = 0.1;  // seconds, where something goes on that is to be looked at
    static constexpr double kSleep = 30;
    Application& application = *input.application;
    std::string title;
    int frames = kFramesAfterInput;
    while (glfwWindowShouldClose(window) == GLFW_FALSE && !application.quit()) {
        input.happened = false;
        if (frames > 0) {
            glfwPollEvents();
        } else {
            glfwWaitEventsTimeout(application.waits() ? kLook : kSleep);
        }
        if (application.update() || woken.exchange(false)) input.happened = true;
        if (input.happened) frames = std::max(frames, kFramesAfterInput) + std::exchange(input.queued, 0);
        const bool exporting = application.take_export() && application.state() != nullptr;
        if (frames > 0) draw_frame(window, application);
        if (frames > 0) --frames;
        if (exporting) {
            export_frame(window, application);
            frames = kFramesAfterInput;
        }
        if (title != application.title()) {
            title = application.title();
            glfwSetWindowTitle(window, title.c_str());
        }
    }
}

}  // namespace

model::Settings show_window(Options options) {
    const Window window(options, "Worldswitch");
    std::atomic<bool> woken = false;
    Application application(options, [&woken] {
        woken = true;
        glfwPostEmptyEvent();
    });
    Input input{&application, true};
    glfwSetWindowUserPointer(window.get(), &input);
    set_callbacks(window.get());
    if (!ImGui_ImplGlfw_InitForOpenGL(window.get(), true) || !ImGui_ImplOpenGL3_Init("#version 330 core")) {
        throw AppError("OpenGL 3.3 does not start");
    }
    glfwShowWindow(window.get());
    run(window.get(), input, woken);
    int width = 0;
    int height = 0;
    glfwGetWindowSize(window.get(), &width, &height);
    ImGui_ImplOpenGL3_Shutdown();
    ImGui_ImplGlfw_Shutdown();
    return remembered(application.runs_shown(), options, width, height);
}

}  // namespace ws::app
