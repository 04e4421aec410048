// SPDX-License-Identifier: Apache-2.0
// A program that runs beside the window: what it prints is read as it comes, and it never outlives the window.
#pragma once

#include <sys/types.h>

#include <optional>
#include <string>
#include <vector>

namespace ws::app {

class ChildProcess {
  public:
    /// Starts it, without input; what it prints on standard output and standard error comes together. Throws AppError.
    explicit ChildProcess(const std::vector<std::string>& command);
    /// Interrupts it, waits for a moment, then kills it.
    ~ChildProcess();
    ChildProcess(const ChildProcess&) = delete;
    ChildProcess& operator=(const ChildProcess&) = delete;

    /// What it has printed since the last call. Does not wait.
    std::string read();
    /// Its exit status once it has ended, 128 and the signal if one ended it; nothing before. Does not wait.
    std::optional<int> status();
    /// As Ctrl-C at a terminal does.
    void interrupt() const;

  private:
    pid_t process_ = -1;
    int output_ = -1;
    std::optional<int> status_;
};

}  // namespace ws::app
