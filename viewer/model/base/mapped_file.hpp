// SPDX-License-Identifier: Apache-2.0
// A file that is read where it lies, through memory mapping. A file that another program cuts off meanwhile must not
// end this one: where its bytes are gone, zeros are read, and lost() tells.
#pragma once

#include <filesystem>
#include <span>

#include "hyp/arch/types.hpp"

namespace ws::model {

class MappedFile {
  public:
    /// Holds nothing.
    MappedFile() = default;
    /// Maps the file as long as it is now. Throws TraceError.
    explicit MappedFile(const std::filesystem::path& path);
    ~MappedFile();
    MappedFile(MappedFile&& other) noexcept;
    MappedFile& operator=(MappedFile&& other) noexcept;

    std::span<const u8> bytes() const { return {data_, size_}; }
    std::size_t size() const { return size_; }
    /// Were bytes asked for that the file no longer had?
    bool lost() const;

  private:
    const u8* data_ = nullptr;
    std::size_t size_ = 0;
    std::size_t place_ = 0;  ///< in the table of what is mapped
};

}  // namespace ws::model
