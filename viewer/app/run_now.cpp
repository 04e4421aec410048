// SPDX-License-Identifier: Apache-2.0
#include "viewer/app/run_now.hpp"

#include <fmt/format.h>

namespace ws::app {
namespace {

constexpr std::size_t kLines = 200;
constexpr std::size_t kLongestLine = 400;

}  // namespace

void RunNow::start(const model::Checkout& checkout, const std::string& guest, const std::vector<std::string>& designs) {
    checkout_ = checkout;
    guest_ = guest;
    designs_.assign(designs.begin(), designs.end());
    lines_.clear();
    line_ended_ = true;
    problem_.clear();
    start_next();
}

void RunNow::start_next() {
    process_.reset();
    if (designs_.empty()) return;
    const std::string design = designs_.front();
    designs_.pop_front();
    folder_ = checkout_.run_folder(design, guest_);
    const std::vector<std::string> command{
        checkout_.command().string(), "run", "--design", design, "--guest", guest_, "--out", folder_.string()};
    add(fmt::format("scripts/ws run --design {} --guest {}\n", design, guest_));
    process_ = std::make_unique<ChildProcess>(command);
}

bool RunNow::poll() {
    if (!process_) return false;
    const std::optional<int> status = process_->status();  // asked first: what it printed before its end is read below
    const std::string text = process_->read();
    add(text);
    if (status) ended(*status);
    return status || !text.empty();
}

void RunNow::ended(int status) {
    if (status == 0) {
        ended_.push_back(folder_);
        return start_next();
    }
    problem_ = lines_.empty() ? fmt::format("scripts/ws run ended with status {}", status) : lines_.back();
    designs_.clear();
    process_.reset();
}

void RunNow::cancel() {
    designs_.clear();
    if (process_) process_->interrupt();
}

std::vector<std::filesystem::path> RunNow::take_ended() { return std::exchange(ended_, {}); }

void RunNow::add(const std::string& text) {
    for (const char c : text) {
        if (c == '\n') {
            line_ended_ = true;
            continue;
        }
        if (line_ended_) lines_.emplace_back();
        line_ended_ = false;
        if (static_cast<unsigned char>(c) >= ' ' && lines_.back().size() < kLongestLine) lines_.back() += c;
    }
    while (lines_.size() > kLines) lines_.pop_front();
}

}  // namespace ws::app
