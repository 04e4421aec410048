// SPDX-License-Identifier: Apache-2.0
// The places of the hypervisor's image that record events: each reads the trace's clock (hyp/trace/points.hpp). Events
// do not hold where they were recorded, but their kind says which places can have; and the code says which place comes
// after which.
#pragma once

#include <optional>
#include <vector>

#include "viewer/model/code/image_code.hpp"
#include "viewer/model/trace/trace.hpp"

namespace ws::model {

/// A kind of event that a trace point records.
struct Recorded {
    u32 event;                            ///< its id
    std::optional<u8> detail = {};        ///< the step, or the vector of a trap, where there is only one
    std::optional<SysregId> sysreg = {};  ///< the register that is written
    std::optional<bool> of_host = {};     ///< of traps and returns: the host's, or a guest's
};

/// A reading of the clock.
struct TracePoint {
    std::size_t row;  ///< in the image
    std::vector<Recorded> recorded;
};

class TracePoints {
  public:
    /// Of a hypervisor's image that records.
    explicit TracePoints(const Image& image);

    const Image& image() const { return image_; }
    std::size_t size() const { return points_.size(); }
    const TracePoint& operator[](std::size_t point) const { return points_[point]; }

    /// Can this point have recorded such an event?
    bool records(std::size_t point, const Trace& trace, const Event& event) const;
    /// Can an event of `to` be the next one of its CPU after one of `from`? `same_time`: their clocks are equal.
    bool follows(std::size_t from, std::size_t to, bool same_time) const;

  private:
    /// The points that the code can come to without passing another one.
    struct Next {
        std::vector<bool> points;  ///< by point
        bool anywhere = false;     ///< the code goes where its text does not tell: a return, an exception
    };

    void find_points();
    std::vector<Recorded> recorded_at(std::size_t row) const;
    std::vector<Recorded> recorded_by_assembly(std::size_t row) const;
    std::optional<u8> step_at(std::size_t row) const;
    std::vector<std::size_t> window_of(std::size_t row) const;
    std::optional<unsigned long> constant_in(const std::vector<std::size_t>& window, unsigned number) const;
    std::size_t point_at(std::size_t row) const;
    Next walk(std::size_t row) const;

    const Image& image_;
    std::vector<TracePoint> points_;
    std::vector<Next> next_;  ///< by point
    Next interrupted_;        ///< from where the kernel is interrupted, which it can be between any two points
};

}  // namespace ws::model
