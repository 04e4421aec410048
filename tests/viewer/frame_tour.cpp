// SPDX-License-Identifier: Apache-2.0
// Loads traces as the window does and goes on a tour through them without drawing: what loading takes in time and
// memory, and what building a frame takes at any zoom. `ws bench --viewer` prints it.
#include <fmt/format.h>
#include <imgui.h>
#include <malloc.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <atomic>
#include <chrono>
#include <cmath>
#include <cstdlib>
#include <ctime>
#include <fstream>
#include <new>
#include <nlohmann/json.hpp>
#include <random>

#include "viewer/views/frame/screen.hpp"

namespace ws::test {
namespace {

/// What was asked of operator new and not given back.
std::atomic<u64> heap_bytes = 0;

using Clock = std::chrono::steady_clock;

double seconds_since(Clock::time_point begin) { return std::chrono::duration<double>(Clock::now() - begin).count(); }

/// CPU time of this thread, or of all.
double cpu_milliseconds(clockid_t clock = CLOCK_THREAD_CPUTIME_ID) {
    timespec time{};
    clock_gettime(clock, &time);
    return static_cast<double>(time.tv_sec) * 1e3 + static_cast<double>(time.tv_nsec) / 1e6;
}

/// Memory of this process that is no file's.
u64 anonymous_bytes() {
    std::ifstream status("/proc/self/status");
    for (std::string line; std::getline(status, line);) {
        if (line.rfind("RssAnon:", 0) == 0) return std::stoull(line.substr(8)) * 1024;
    }
    throw std::runtime_error("/proc/self/status tells no RssAnon");
}

/// ImGui without a backend.
class Display {
  public:
    explicit Display(view::OpenRuns& open_runs) : theme_(false, 1), open_runs_(open_runs) {
        IMGUI_CHECKVERSION();
        ImGui::CreateContext();
        ImGuiIO& io = ImGui::GetIO();
        io.IniFilename = nullptr;
        io.DisplaySize = {1600, 1000};
        io.DeltaTime = 1.0F / 60;
        theme_.fonts = view::load_fonts(theme_.scale);
        theme_.apply();
        unsigned char* pixels = nullptr;
        int width = 0;
        int height = 0;
        io.Fonts->GetTexDataAsRGBA32(&pixels, &width, &height);
    }
    ~Display() { ImGui::DestroyContext(); }
    Display(const Display&) = delete;
    Display& operator=(const Display&) = delete;

    void draw(const view::Session& session, view::State& state) {
        ImGui::NewFrame();
        screen_.draw({session, state, theme_, open_runs_, requests_});
        ImGui::Render();
    }

  private:
    view::Theme theme_;
    view::OpenRuns& open_runs_;
    view::Requests requests_;
    view::Screen screen_;
};

/// Moves as a person does who looks for something: in and out at any place, along, to other operations and events.
class Tour {
  public:
    Tour(const view::Session& session, view::State& state, u64 seed)
        : session_(session), state_(state), random_(seed) {}

    void step(u64 number) {
        ImGui::GetIO().MousePos = {static_cast<float>(below(1600)), static_cast<float>(below(1000))};
        if (number % 50 == 0) return state_.act(view::Action::whole_run);
        if (number % 50 == 25) return state_.act(view::Action::fit_operation);
        const double length = state_.window.to - state_.window.from;
        switch (below(10)) {
            case 0: return select_event();
            case 1: return state_.selection.select_stop(below(state_.selection.stops()));
            case 2: return state_.select_kind(static_cast<u32>(below(session_.stops().kinds())));
            case 3:
            case 4: return pan((static_cast<double>(below(200)) - 100) / 100 * length);
            case 5: return zoom_to_any_length();
            default:
                return state_.window.zoom(std::pow(1.25, static_cast<double>(below(17)) - 8),
                                          state_.window.from + static_cast<double>(below(100)) / 100 * length);
        }
    }

  private:
    u64 below(u64 end) { return end == 0 ? 0 : random_() % end; }

    void pan(double by) {
        state_.window.from += by;
        state_.window.to += by;
    }

    void select_event() {
        const int side = static_cast<int>(below(static_cast<u64>(session_.count())));
        const u64 events = session_.run(side).trace.events().size();
        state_.select_event(side, static_cast<model::EventIndex>(below(events)));
    }

    /// Any place of the run at any zoom between a few instructions and all of them.
    void zoom_to_any_length() {
        state_.window.show_whole_run();
        const double whole = state_.window.to - state_.window.from;
        const double length = whole * std::pow(2.0, -static_cast<double>(below(2500)) / 100);
        state_.window.from += static_cast<double>(below(1000)) / 1000 * (whole - length);
        state_.window.to = state_.window.from + std::max(length, 8.0);
    }

    const view::Session& session_;
    view::State& state_;
    std::mt19937_64 random_;
};

double percentile(std::vector<double> values, double part) {
    std::sort(values.begin(), values.end());
    return values[static_cast<std::size_t>(part * static_cast<double>(values.size() - 1))];
}

/// What a frame is drawn of, in pairs of triangles: a letter is one, so is a plain rectangle; lines and round corners
/// are several.
struct Drawn {
    u64 letters = 0;
    u64 shapes = 0;
};

Drawn count_drawn(const ImDrawData& data) {
    u64 letters = 0;
    u64 triangles = 0;
    for (int i = 0; i < data.CmdListsCount; ++i) {
        const ImDrawList& list = *data.CmdLists[i];
        for (const ImDrawCmd& command : list.CmdBuffer) {
            const auto vertex = [&](u32 index) {
                return list.VtxBuffer[static_cast<int>(command.VtxOffset +
                                                       list.IdxBuffer[static_cast<int>(command.IdxOffset + index)])];
            };
            for (u32 at = 0; at + 3 <= command.ElemCount; at += 3) {
                const ImVec2 a = vertex(at).uv;
                const ImVec2 b = vertex(at + 1).uv;
                const ImVec2 c = vertex(at + 2).uv;
                // Only a letter shows an area of the fonts' picture.
                const bool letter = std::abs((b.x - a.x) * (c.y - a.y) - (c.x - a.x) * (b.y - a.y)) > 1e-9F;
                ++(letter ? letters : triangles);
            }
        }
    }
    return {letters / 2, triangles / 2};
}

nlohmann::json tour(const view::Session& session, view::OpenRuns& open_runs, u64 frames, u64 seed, view::Tab tab) {
    view::State state(session, false);
    state.tab = tab;
    Display display(open_runs);
    display.draw(session, state);  // the first one loads what all others use
    Tour way(session, state, seed);
    std::vector<double> times;
    Drawn most;
    for (u64 i = 0; i < frames; ++i) {
        way.step(i);
        const double begin = cpu_milliseconds();
        display.draw(session, state);
        times.push_back(cpu_milliseconds() - begin);
        const Drawn drawn = count_drawn(*ImGui::GetDrawData());
        most = {std::max(most.letters, drawn.letters), std::max(most.shapes, drawn.shapes)};
    }
    return {{"frames", frames},
            {"frame_build_ms_p50", percentile(times, 0.5)},
            {"frame_build_ms_p99", percentile(times, 0.99)},
            {"frame_build_ms_max", percentile(times, 1)},
            {"most_rectangles", most.shapes},
            {"most_letters", most.letters}};
}

nlohmann::json measure(const std::vector<std::string>& folders, u64 frames, u64 seed, view::Tab tab) {
    const u64 before = anonymous_bytes();
    const u64 heap_before = heap_bytes;
    const double cpu_before = cpu_milliseconds(CLOCK_PROCESS_CPUTIME_ID);
    const auto begin = Clock::now();
    std::vector<model::SharedRun> runs = model::Run::load_all({folders.begin(), folders.end()});
    const double load = seconds_since(begin);
    const double load_cpu = (cpu_milliseconds(CLOCK_PROCESS_CPUTIME_ID) - cpu_before) / 1e3;
    u64 events = 0;
    u64 file = 0;
    for (const model::SharedRun& run : runs) {
        events += run->trace.events().size();
        file += run->trace.bytes();
    }
    const u64 loaded = anonymous_bytes() - before;
    view::OpenRuns open_runs;
    for (const model::SharedRun& run : runs) open_runs.put({run});
    open_runs.choose({folders.begin(), folders.end()});
    const view::Session session(open_runs.compared());
    const double all = seconds_since(begin);
    const u64 shown = anonymous_bytes() - before;
    const u64 heap = heap_bytes - heap_before;
    const auto each = [events](u64 bytes) { return static_cast<double>(bytes) / static_cast<double>(events); };
    nlohmann::json result{{"events", events},
                          {"trace_bytes", file},
                          {"load_seconds", load},
                          {"load_cpu_seconds", load_cpu},
                          {"session_seconds", all - load},
                          {"bytes_an_event_loaded", each(loaded)},
                          {"bytes_an_event", each(shown)},
                          {"heap_bytes_an_event", each(heap)}};
    if (frames != 0) result.update(tour(session, open_runs, frames, seed, tab));
    return result;
}

}  // namespace
}  // namespace ws::test

// Counted where it is asked for: the sanitizers keep memory of their own, which is nobody's fault. All forms are here,
// since the sanitizers' own of an array would not come by these of a single object.

void* operator new(std::size_t bytes, const std::nothrow_t&) noexcept {
    void* const memory = std::malloc(bytes);
    if (memory != nullptr) ws::test::heap_bytes += malloc_usable_size(memory);
    return memory;
}

void* operator new(std::size_t bytes) {
    void* const memory = operator new(bytes, std::nothrow);
    if (memory == nullptr) throw std::bad_alloc();
    return memory;
}

void* operator new[](std::size_t bytes, const std::nothrow_t&) noexcept { return operator new(bytes, std::nothrow); }

void* operator new[](std::size_t bytes) { return operator new(bytes); }

void operator delete(void* memory) noexcept {
    if (memory != nullptr) ws::test::heap_bytes -= malloc_usable_size(memory);
    std::free(memory);
}

void operator delete(void* memory, std::size_t) noexcept { operator delete(memory); }

void operator delete(void* memory, const std::nothrow_t&) noexcept { operator delete(memory); }

void operator delete[](void* memory) noexcept { operator delete(memory); }

void operator delete[](void* memory, std::size_t) noexcept { operator delete(memory); }

void operator delete[](void* memory, const std::nothrow_t&) noexcept { operator delete(memory); }

int main(int argc, char** argv) {
    CLI::App app("Loads traces and builds frames of them, without a window");
    std::vector<std::string> folders;
    ws::u64 frames = 2000;
    ws::u64 seed = 1;
    std::string tab = "why";
    std::map<std::string, ws::view::Tab> tabs;
    for (const ws::view::TabInfo& info : ws::view::kTabs) tabs[info.name] = info.tab;
    app.add_option("traces", folders, "one or two")->required()->expected(1, 2);
    app.add_option("--frames", frames, "how many (2000)");
    app.add_option("--seed", seed, "of the tour");
    app.add_option("--tab", tab, "what the lower part shows (why)")->check(CLI::IsMember(tabs));
    CLI11_PARSE(app, argc, argv);
    try {
        fmt::print("{}\n", ws::test::measure(folders, frames, seed, tabs.at(tab)).dump(2));
    } catch (const std::exception& error) {
        fmt::print(stderr, "frame_tour: {}\n", error.what());
        return 1;
    }
    return 0;
}
