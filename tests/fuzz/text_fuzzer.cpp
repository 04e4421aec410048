// SPDX-License-Identifier: Apache-2.0
// libFuzzer's input is a text file that the viewer reads; its first byte says which kind of file. Each kind is a row of
// kReaders, and the seeds of a kind are the project's own files of it (text_seeds.py).
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <string>

#include "viewer/model/base/error.hpp"
#include "viewer/model/base/settings.hpp"
#include "viewer/model/code/event_location.hpp"
#include "viewer/model/explain/cost_profile.hpp"
#include "viewer/model/format/metadata.hpp"
#include "viewer/model/notes_and_tours/note_file.hpp"
#include "viewer/model/notes_and_tours/tour.hpp"
#include "viewer/model/peers/peer_symbols.hpp"
#include "viewer/views/shared/tabs.hpp"

using namespace ws;

namespace {

/// A reader throws what derives from std::exception and says in one line what is wrong.
struct Reader {
    const char* name;
    void (*read)(const std::string& text);
};

constexpr Reader kReaders[] = {
    {"profile", [](const std::string& text) { model::CostProfile::parse(text, "fuzz.profile"); }},
    {"metadata", [](const std::string& text) { model::parse_metadata(text, "fuzz"); }},
    {"run", [](const std::string& text) { model::parse_run_files(text, "fuzz/run.json"); }},
    {"listing",
     [](const std::string& text) {
         const model::Image image("fuzz", text, "");
         const model::TracePoints points(image);
     }},
    {"lines",
     [](const std::string& text) {
         const model::Image image("fuzz", "0000000000001000 <f>:\n    1000:\tnop\n    1004:\tret\n", text);
         for (std::size_t row = 0; row < image.size(); ++row) model::telling_frame(image.frames(row));
     }},
    {"notes",
     [](const std::string& text) { model::NoteFile::parse(model::NoteFile::parse(text, "fuzz").text(), "fuzz"); }},
    {"settings", [](const std::string& text) { model::Settings::parse(text, "fuzz.json"); }},
    {"tour", [](const std::string& text) { model::Tour::parse(text, "fuzz.tour", view::kTabNames); }},
    {"symbols",
     [](const std::string& text) {
         model::Symbols symbols = model::Symbols::parse(text, "kallsyms");
         symbols.move_nvhe(u64{1} << 44);
         for (const u64 address : {u64{0}, u64{0x10000}, (u64{1} << 44) + 0x20000, ~u64{0}}) {
             const auto symbol = symbols.find(address);
             if (symbol) symbols.address_of(symbols[*symbol].name, symbols[*symbol].nvhe).value();
         }
     }},
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const u8* data, std::size_t size) {
    if (size == 0) return 0;
    const Reader& reader = kReaders[data[0] % std::size(kReaders)];
    try {
        reader.read(std::string(data + 1, data + size));
    } catch (const std::exception& error) {
        if (std::strchr(error.what(), '\n') != nullptr) {
            std::fprintf(stderr, "text_fuzzer: %s: an error of several lines: %s\n", reader.name, error.what());
            std::abort();
        }
    }
    return 0;
}
