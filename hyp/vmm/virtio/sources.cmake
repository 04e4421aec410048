# SPDX-License-Identifier: Apache-2.0
# The virtio back ends, which the VMM, the unit tests and the fuzzer are built with.
set(virtio_sources block_device.cpp chain.cpp console_device.cpp entropy_device.cpp network_device.cpp transport.cpp virtqueue.cpp)
list(TRANSFORM virtio_sources PREPEND ${CMAKE_CURRENT_LIST_DIR}/)
