// SPDX-License-Identifier: Apache-2.0
#include "viewer/model/background_load.hpp"

namespace ws::model {

BackgroundLoad::BackgroundLoad(std::vector<std::filesystem::path> folders, std::function<void()> arrived)
    : folders_(std::move(folders)), arrived_(std::move(arrived)) {
    runs_ = std::async(std::launch::async, [this] { return load(); });
}

BackgroundLoad::~BackgroundLoad() {
    cancel();
    if (runs_.valid()) runs_.wait();
}

std::vector<Run> BackgroundLoad::take() {
    return runs_.get();
}

std::vector<Run> BackgroundLoad::load() {
    static constexpr double kSeen = 0.005;  // of the whole: less than that no bar shows
    const auto end = [this](State state) {
        state_ = state;
        if (arrived_) arrived_();
    };
    std::vector<Run> runs;
    try {
        for (const std::filesystem::path& folder : folders_) {
            const auto before = static_cast<double>(runs.size());
            runs.push_back(Run::load(folder, [this, before](double done) {
                const double all = (before + done) / static_cast<double>(folders_.size());
                if (all >= done_ + kSeen || all == 1) {
                    done_ = all;
                    if (arrived_) arrived_();
                }
                return !cancel_;
            }));
        }
    } catch (const Cancelled&) {
        end(State::cancelled);
        throw;
    } catch (...) {
        end(State::failed);
        throw;
    }
    end(State::loaded);
    return runs;
}

}  // namespace ws::model
