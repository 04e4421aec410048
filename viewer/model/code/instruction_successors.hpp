// SPDX-License-Identifier: Apache-2.0
// Which instructions can come after one, as far as the code's text tells.
#pragma once

#include <vector>

#include "viewer/model/code/image_code.hpp"

namespace ws::model {

/// An instruction, and the rows to which the calls on the way to it return.
struct CodePath {
    std::size_t row;
    std::vector<std::size_t> returns;
    friend auto operator<=>(const CodePath&, const CodePath&) = default;
};

struct Successors {
    std::vector<CodePath> paths;
    bool anywhere = false;  ///< it goes where its text does not tell: by a register, an exception or another stack
};

Successors successors_of(const Image& image, const CodePath& path);

}  // namespace ws::model
