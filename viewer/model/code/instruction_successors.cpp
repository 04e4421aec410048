// SPDX-License-Identifier: Apache-2.0
#include "viewer/model/code/instruction_successors.hpp"

#include <charconv>

namespace ws::model {
namespace {

constexpr std::size_t kDeepest = 24;  // calls within calls

/// The name of an instruction: `b.ne` of `b.ne 40200010 <start>`.
std::string name_of(const std::string& text) {
    return text.substr(0, text.find(' '));
}

/// The row that a branch goes to: its last operand, before the symbol in angle brackets.
std::optional<std::size_t> target_of(const Image& image, const std::string& text) {
    const std::size_t end = std::min(text.find(" <"), text.size());
    const std::size_t begin = text.rfind(' ', end - 1) + 1;
    u64 address = 0;
    const auto [stop, error] = std::from_chars(text.data() + begin, text.data() + end, address, 16);
    if (error != std::errc{} || stop != text.data() + end) return std::nullopt;
    return image.find(address);
}

bool is_conditional(const std::string& name) {
    return name.rfind("b.", 0) == 0 || name == "cbz" || name == "cbnz" || name == "tbz" || name == "tbnz";
}

bool goes_to(const std::string& text, const std::string& symbol) {
    return text.find("<" + symbol) != std::string::npos;
}

/// No way leads on from a panic.
bool panics(const std::string& text) {
    return goes_to(text, "ws::panic(") || goes_to(text, "panic_entry>");
}

/// After these another program runs first, or another thread's stack is used.
bool leaves(const std::string& name, const std::string& text) {
    if (name == "br" || name == "blr" || name == "eret" || name == "hvc" || name == "svc" || name == "smc") return true;
    return text.rfind("mov sp, ", 0) == 0 && text != "mov sp, x29";
}

}  // namespace

Successors successors_of(const Image& image, const CodePath& path) {
    const std::string text = image.at(path.row).text;
    const std::string name = name_of(text);
    Successors next;
    const auto go = [&](std::optional<std::size_t> row, std::vector<std::size_t> returns) {
        if (!row || *row >= image.size()) {
            next.anywhere = true;
        } else {
            next.paths.push_back({*row, std::move(returns)});
        }
    };
    if (leaves(name, text)) {
        next.anywhere = true;
    } else if ((name == "b" || name == "bl") && panics(text)) {
        return next;
    } else if (name == "b" && goes_to(text, "trace_make_room_thunk>")) {
        go(path.row + 1, path.returns);  // hw::call_make_room, which is a call that keeps the registers
    } else if (name == "ret") {
        if (path.returns.empty()) {
            next.anywhere = true;
        } else {
            go(path.returns.back(), {path.returns.begin(), path.returns.end() - 1});
        }
    } else if (name == "bl") {
        std::vector<std::size_t> returns = path.returns;
        returns.push_back(path.row + 1);
        if (returns.size() > kDeepest) next.anywhere = true;
        go(target_of(image, text), std::move(returns));
    } else if (name == "b") {
        go(target_of(image, text), path.returns);
    } else {
        go(path.row + 1, path.returns);
        if (is_conditional(name)) go(target_of(image, text), path.returns);
    }
    return next;
}

}  // namespace ws::model
