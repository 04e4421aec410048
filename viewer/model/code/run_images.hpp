// SPDX-License-Identifier: Apache-2.0
// Which images a run was of, by the run.json in its folder, and how to repeat it.
#pragma once

#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "viewer/model/code/image_code.hpp"

namespace ws::model {

/// An image as QEMU loaded it, and the SHA-256 of its bytes.
struct ImageFile {
    std::filesystem::path file;
    std::string sha256;
};

/// What run.json tells that matters here.
struct RunFiles {
    std::filesystem::path folder;  ///< of the run, where it still has one
    std::string design;
    ImageFile hypervisor;
    std::vector<ImageFile> guest_images;  ///< by VM
    std::vector<std::string> machine;     ///< the options of `ws debug` that make the same machine
    bool recorded = false;                ///< can it be replayed?
};

/// Reads run.json's text; `file` is for messages. Throws SourceError.
RunFiles parse_run_files(const std::string& text, const std::filesystem::path& file);
/// Of the run that a trace belongs to: its run.json is beside the trace. Throws SourceError.
RunFiles find_run_files(const std::filesystem::path& trace);

/// The instructions of an image, from the ELF file with its symbols, which lies beside it. Throws SourceError where
/// there is none, or one of another build than the run's.
std::shared_ptr<const Image> load_image(const ImageFile& file);

}  // namespace ws::model
