// SPDX-License-Identifier: Apache-2.0
// Nothing: the library that has the precompiled headers (precompiled_headers.cmake) wants a source.
