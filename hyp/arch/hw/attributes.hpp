// SPDX-License-Identifier: Apache-2.0
#pragma once

/// For what must become part of its caller's straight line: register access and trace points.
#define WS_INLINE [[gnu::always_inline]] inline
/// The same for a lambda, after its parameter list.
#define WS_INLINE_LAMBDA __attribute__((always_inline))
