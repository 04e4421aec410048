// SPDX-License-Identifier: Apache-2.0
// A shadow of a CPU's call stack at one exception level, made of its branches: in which functions it is, and to which
// steps that belongs.
#pragma once

#include <string>
#include <vector>

#include "viewer/model/peers/path_functions.hpp"
#include "viewer/model/peers/peer_symbols.hpp"

namespace ws::model {

class CallStack {
  public:
    struct Frame {
        u32 symbol = 0;
        u32 called = 0;  ///< the function that was called; by a jump it may have gone over to another one
        const PathFunction* row = nullptr;
        bool for_host = false;          ///< its context is the host's
        PathStep own = PathStep::none;  ///< the step of its own instructions
        AfterCall after{PathStep::none, {}, PathStep::none};
        bool is_after = false;  ///< own is that of `after`
        bool boundary = false;  ///< an exception was taken before it began
    };

    CallStack(Peer peer, const Symbols& symbols) : peer_(peer), symbols_(symbols) {}

    bool empty() const { return frames_.empty(); }
    const std::vector<Frame>& frames() const { return frames_; }

    void call(u32 symbol, bool for_host);
    /// To another function without a call, or within one.
    void jump(u32 symbol, bool for_host);
    /// To the function that a return leads to; what is above it is done.
    void back(u32 symbol, bool for_host);
    void take_exception(u32 symbol);
    /// Back to where the last exception was taken.
    void return_from_exception();
    void clear() { frames_.clear(); }
    /// The register was written by the innermost function itself.
    void wrote(SysregId id);

    /// The steps that the CPU is in, the outermost first, each once.
    std::vector<u8> steps() const;
    /// Does what the CPU does belong to a world switch, and not to what is done for an exit?
    bool switches() const;
    /// Has the innermost function no row although it must have one? At EL2 nVHE has nothing but what has a row or is
    /// called by what covers it; elsewhere that is so of what is called where each must have one.
    bool unmapped() const;
    /// Is there a function with a row?
    bool has_row() const;
    const std::string& function(std::size_t number) const { return symbols_[frames_[number].symbol].name; }

  private:
    Frame make(u32 symbol, bool for_host) const;

    Peer peer_;
    const Symbols& symbols_;
    std::vector<Frame> frames_;
};

}  // namespace ws::model
