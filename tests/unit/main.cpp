// SPDX-License-Identifier: Apache-2.0
// Catch2 version 2 makes its main() here; version 3 brings it in its library.
#define CATCH_CONFIG_MAIN
#include <catch2/catch.hpp>
