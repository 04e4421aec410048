// SPDX-License-Identifier: Apache-2.0
// The checkout that this program was built from: its runs, its guests and the command that runs them.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

namespace ws::model {

struct Checkout {
    std::filesystem::path root;

    /// The one of this build; WS_ROOT in the environment names another.
    static Checkout here();
    std::filesystem::path runs() const { return root / "out"; }
    /// `scripts/ws`.
    std::filesystem::path command() const { return root / "scripts" / "ws"; }
    /// The guests that were built, by name.
    std::vector<std::string> guests() const;
    /// Where `ws run` without further options leaves a run.
    std::filesystem::path run_folder(const std::string& design, const std::string& guest) const {
        return runs() / (design + "-" + guest);
    }
};

}  // namespace ws::model
