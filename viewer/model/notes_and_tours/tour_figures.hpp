// SPDX-License-Identifier: Apache-2.0
// Figures that a tour's text names and does not know: they are those of the runs that are open, whichever compiler made
// them. A name stands in braces and says whose figure it is, and which:
//
//   {A instructions}  {B cycles}               of the whole operation
//   {A el1}  {A vgic cycles}  {A fp saved}     of a part of it (cost_parts.def); saved, restored, writes: registers
//   {A step handle_exit}                       instructions of a step (steps.def)
//   {A writes}                                 control registers that the operation writes
//   {A handler percent}                        what part of the operation's instructions a part or a step is
//   {A moves}  {A redundant}                   registers that it moves; moves that change nothing (ledger.hpp)
//   {A register VTTBR_EL2 writes}              done to one register: saved, restored, writes, moves, redundant
//   {A without fp,el1}                         what the operation would take without these parts
//   {A besides handler}                        what of it is in none of these parts, which may be any
//   {A trap ELR_EL2}  {B mmio value}           a field of the operation's first event of this kind
//   {difference el1}  {ratio instructions}     between A and B: how far apart, and A as a multiple of B
//
// A profile's costs in cycles are the default profile's.
#pragma once

#include <memory>
#include <stdexcept>
#include <string>

#include "viewer/model/operations/operation_stops.hpp"

namespace ws::model {

/// A figure that cannot be had. `what()` is one line.
class FigureError : public std::runtime_error {
  public:
    using std::runtime_error::runtime_error;
};

/// Throws FigureError where a text has a brace that does not belong to a figure's name, or a name that there is not.
void check_figures(const std::string& text);

/// The figures of one operation in two runs.
class TourFigures {
  public:
    TourFigures(const Run& a, const Run& b, const Stop& operation);
    ~TourFigures();
    TourFigures(const TourFigures&) = delete;
    TourFigures& operator=(const TourFigures&) = delete;

    /// The text with figures in place of their names. One that cannot be had is a question mark, and `problem` says
    /// why, if it says nothing yet.
    std::string fill_in(const std::string& text, std::string& problem) const;

  private:
    struct Side;
    std::unique_ptr<Side> sides_[2];
};

/// The text with this for each figure: of an operation that is not there.
std::string without_figures(const std::string& text, const std::string& instead = "?");

}  // namespace ws::model
