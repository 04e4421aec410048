// SPDX-License-Identifier: Apache-2.0
// Runs a program of the system's, such as objdump, and reads what it prints.
#pragma once

#include <filesystem>
#include <stdexcept>
#include <string>
#include <vector>

namespace ws::model {

/// The source of an event cannot be shown. `what()` is one sentence for a person.
class SourceError : public std::runtime_error {
  public:
    using std::runtime_error::runtime_error;
};

/// What a program prints on its standard output. `input`: the file that is its standard input; empty for none.
/// Throws SourceError if it is not installed or fails.
std::string run_program(const std::vector<std::string>& command, const std::filesystem::path& input = {});

/// The words of a command as exec(3) takes them; `command` must outlive it.
std::vector<char*> argument_vector(const std::vector<std::string>& command);

/// An empty file under the system's folder for such, which goes away with the object.
class TemporaryFile {
  public:
    TemporaryFile();
    ~TemporaryFile();
    TemporaryFile(const TemporaryFile&) = delete;
    TemporaryFile& operator=(const TemporaryFile&) = delete;
    const std::filesystem::path& path() const { return path_; }

  private:
    std::filesystem::path path_;
};

}  // namespace ws::model
