// SPDX-License-Identifier: Apache-2.0
// What the model throws: one line for a person.
#pragma once

#include <stdexcept>
#include <string>

namespace ws::model {

/// A trace cannot be read or written. `what()` is one line: the file, what is wrong, where, and what to do.
class TraceError : public std::runtime_error {
  public:
    TraceError(const std::string& file, const std::string& message) : std::runtime_error(file + ": " + message) {}
};

/// The person who waited for a trace has given up: no fault.
class Cancelled : public std::runtime_error {
  public:
    Cancelled() : std::runtime_error("cancelled") {}
};

}  // namespace ws::model
