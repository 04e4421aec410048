// SPDX-License-Identifier: Apache-2.0
#include "viewer/model/code/run_images.hpp"

#include <fmt/format.h>

#include <array>
#include <fstream>
#include <nlohmann/json.hpp>

#include "viewer/model/base/external_program.hpp"
#include "viewer/model/trace/run_description.hpp"

namespace ws::model {
namespace {

namespace fs = std::filesystem;
using Json = nlohmann::json;

constexpr int kAllOptimisations = 0
#define OPTIMISATION(bit, name, meaning) | (1 << (bit))
#include "hyp/trace/format/optimisations.def"
#undef OPTIMISATION
    ;

ImageFile image_of(const Json& told) {
    return {told.at("file").get<std::string>(), told.at("sha256").get<std::string>()};
}

/// The options that say what the machine is, where they are not as usual.
std::vector<std::string> machine_options(const Json& options) {
    std::vector<std::string> words;
    const auto add = [&](const char* option, const char* key, const Json& usual) {
        const Json value = options.value(key, usual);
        if (value == usual || value.is_null()) return;
        words.insert(words.end(), {option, value.is_string() ? value.get<std::string>() : value.dump()});
    };
    add("--design", "design", "");
    add("--guest", "guest", "");
    add("--vcpus", "vcpus", 1);
    add("--mem", "mem", Json());
    std::string pin;
    for (const Json& cpu : options.value("pin", Json::array())) pin += (pin.empty() ? "" : "+") + cpu.dump();
    if (!pin.empty()) words.insert(words.end(), {"--pin", pin});
    add("--append", "append", "");
    add("--cpus", "cpus", 1);
    add("--trace", "trace", "full");
    const int optimisations = options.value("optimisations", kAllOptimisations);
    if (options.value("design", "") == "vhe" && optimisations != kAllOptimisations) {
        words.insert(words.end(), {"--optimisations", fmt::format("{:#04x}", optimisations)});
    }
    for (const Json& vm : options.value("vm", Json::array())) {
        std::string text = "guest=" + vm.at("guest").get<std::string>();
        if (vm.value("vcpus", 1) != 1) text += fmt::format(",vcpus={}", vm.at("vcpus").get<unsigned>());
        if (!vm.value("append", "").empty()) text += ",append=" + vm.at("append").get<std::string>();
        words.insert(words.end(), {"--vm", text});
    }
    return words;
}

std::string sha256_of(const fs::path& file) {
    const std::string told = run_program({"sha256sum", file.string()});
    const std::size_t start = told.rfind('\\', 0) == 0 ? 1 : 0;  // of a strange file name
    return told.substr(start, told.find(' ') - start);
}

bool is_elf(const fs::path& file) {
    std::array<char, 4> magic{};
    std::ifstream(file, std::ios::binary).read(magic.data(), magic.size());
    return magic == std::array<char, 4>{'\x7f', 'E', 'L', 'F'};
}

/// Is the image made of this ELF file the one that ran? The file's own bytes do not tell: symbols are none of the
/// image's.
void check_build(const ImageFile& image, const fs::path& elf) {
    const TemporaryFile flat;
    run_program({"aarch64-linux-gnu-objcopy", "-O", "binary", elf.string(), flat.path().string()});
    if (sha256_of(flat.path()) == image.sha256) return;
    throw SourceError(elf.string() +
                      " is of another build than the run, so its lines are not the run's: make the run anew");
}

}  // namespace

RunFiles parse_run_files(const std::string& text, const fs::path& file) {
    try {
        const Json json = Json::parse(text);
        if (json.is_object() && !json.contains("hypervisor")) {
            throw SourceError(fmt::format("{} does not tell which images ran: the run did not finish", file.string()));
        }
        RunFiles files;
        files.folder = file.parent_path();
        files.design = json.at("options").at("design").get<std::string>();
        files.recorded = json.at("options").value("record", false);
        if (json.at("hypervisor").is_null()) {
            throw SourceError(fmt::format("{} is of a run without a hypervisor", file.string()));
        }
        files.hypervisor = image_of(json.at("hypervisor"));
        for (const Json& vm : json.at("vms")) files.guest_images.push_back(image_of(vm.at("image")));
        files.machine = machine_options(json.at("options"));
        return files;
    } catch (const Json::exception&) {
        // Its own words tell of a byte or a type, and may have several lines.
        throw SourceError(fmt::format("{} is no description of a run as ws run writes it", file.string()));
    }
}

RunFiles find_run_files(const fs::path& trace) {
    const fs::path given = fs::absolute(trace).lexically_normal();
    const fs::path folder = given.has_filename() ? given : given.parent_path();
    for (const fs::path& place : {folder, folder.parent_path()}) {
        const std::optional<std::string> text = run_description_text(place);
        if (!text) continue;
        RunFiles files = parse_run_files(*text, place / kRunDescription);
        files.recorded &= fs::exists(place / "recording.rr");
        return files;
    }
    throw SourceError(
        fmt::format("{} has no {} beside it, which would tell which images ran", folder.string(), kRunDescription));
}

std::shared_ptr<const Image> load_image(const ImageFile& image) {
    const fs::path elf = fs::path(image.file).replace_extension();
    if (elf == image.file || !is_elf(elf)) {
        throw SourceError(fmt::format("{} has no file with its symbols beside it, an ELF file called {}",
                                      image.file.string(), elf.filename().string()));
    }
    check_build(image, elf);
    return std::make_shared<const Image>(Image::load(elf.filename().string(), elf.string()));
}

}  // namespace ws::model
