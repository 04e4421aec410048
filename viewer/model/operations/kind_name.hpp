// SPDX-License-Identifier: Apache-2.0
// A kind of operation as a person names it.
#pragma once

#include <stdexcept>

#include "viewer/model/operations/comparison.hpp"

namespace ws::model {

/// Why a name is none of a kind, in one line.
class KindError : public std::runtime_error {
  public:
    using std::runtime_error::runtime_error;
};

/// The row of the kind that has this name; where none has, of the one whose name it is a part of. Throws KindError.
u32 find_row(const Comparison& comparison, const std::string& name);

}  // namespace ws::model
