// SPDX-License-Identifier: Apache-2.0
#include "viewer/model/code/image_code.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <fstream>

#include "viewer/model/base/external_program.hpp"

namespace ws::model {
namespace {

/// Calls `take` with each line.
template <class Take>
void each_line(const std::string& text, Take take) {
    for (std::size_t at = 0; at < text.size();) {
        const std::size_t end = std::min(text.find('\n', at), text.size());
        take(text.substr(at, end - at));
        at = end + 1;
    }
}

std::optional<u64> hexadecimal(const char* begin, const char* end) {
    u64 number = 0;
    const auto [stop, error] = std::from_chars(begin, end, number, 16);
    if (begin == end || error != std::errc{} || stop != end) return std::nullopt;
    return number;
}

/// A number at the start of a line, and behind it one of these marks.
std::optional<u64> address_before(const std::string& line, std::size_t begin, std::size_t end) {
    if (begin >= end || end == std::string::npos) return std::nullopt;
    return hexadecimal(line.data() + begin, line.data() + end);
}

/// Without the tabs, and without what objdump says of a number in other words.
std::string tidy(std::string text) {
    const std::size_t comment = text.find("//");
    if (comment != std::string::npos) text.erase(comment);
    std::replace(text.begin(), text.end(), '\t', ' ');
    const std::size_t end = text.find_last_not_of(' ');
    return text.substr(0, end == std::string::npos ? 0 : end + 1);
}

}  // namespace

Image::Image(std::string name, const std::string& listing, const std::string& lines) : name_(std::move(name)) {
    chains_.emplace_back();
    read_listing(listing);
    if (rows_.empty()) throw SourceError(name_ + " holds no instruction that objdump can show");
    read_lines(lines);
}

Image Image::load(const std::string& name, const std::string& elf) {
    const std::string listing = run_program({"aarch64-linux-gnu-objdump", "-d", "-C", "--no-show-raw-insn", elf});
    const Image bare(name, listing, "");
    const TemporaryFile addresses;
    {
        std::ofstream out(addresses.path());
        for (const Row& row : bare.rows_) out << fmt::format("{:x}\n", row.address);
        if (!out.flush()) throw SourceError(addresses.path().string() + " cannot be written");
    }
    Image image(name, listing,
                run_program({"aarch64-linux-gnu-addr2line", "-a", "-i", "-f", "-C", "-e", elf}, addresses.path()));
    std::error_code problem;
    const auto built = std::filesystem::last_write_time(elf, problem);
    if (!problem) image.built_ = built;
    return image;
}

u32 Image::keep(const std::string& text) {
    const auto [found, is_new] = numbers_.try_emplace(text, static_cast<u32>(strings_.size()));
    if (is_new) strings_.push_back(text);
    return found->second;
}

u32 Image::keep_file(const std::string& file) {
    const auto known = files_.find(file);
    if (known != files_.end()) return known->second;
    const u32 number = keep(std::filesystem::path(file).lexically_normal().string());
    files_.emplace(file, number);
    return number;
}

void Image::read_listing(const std::string& listing) {
    each_line(listing, [this](const std::string& line) {
        const std::size_t name = line.find(" <");
        if (line.size() > 2 && line.back() == ':' && line[line.size() - 2] == '>' && name != std::string::npos) {
            if (const auto address = address_before(line, 0, name)) {
                symbols_.push_back({*address, keep(line.substr(name + 2, line.size() - name - 4))});
            }
            return;
        }
        const std::size_t colon = line.find(":\t");
        const auto address = address_before(line, line.find_first_not_of(' '), colon);
        if (!address || symbols_.empty()) return;
        if (!rows_.empty() && *address <= rows_.back().address) {
            throw SourceError(fmt::format("{}: objdump's listing goes back at {:#x}", name_, *address));
        }
        rows_.push_back({*address, keep(tidy(line.substr(colon + 2))), static_cast<u32>(symbols_.size() - 1), 0});
    });
}

Image::Place Image::read_place(const std::string& function, const std::string& place) {
    const std::size_t colon = place.rfind(':', std::min(place.find(" ("), place.size()));
    if (colon == std::string::npos)
        throw SourceError(fmt::format("{}: addr2line says {}, which is no place", name_, place));
    u32 line = 0;
    std::from_chars(place.data() + colon + 1, place.data() + place.size(), line);  // ? is no number: 0
    return {keep(function), keep_file(place.substr(0, colon)), line};
}

void Image::read_lines(const std::string& lines) {
    std::optional<u64> address;
    std::optional<std::string> function;
    Chain chain;
    const auto finish = [&] {
        if (address) set_chain(*address, std::move(chain));
        chain.clear();
    };
    each_line(lines, [&](const std::string& line) {
        if (!function && line.rfind("0x", 0) == 0) {
            finish();
            address = hexadecimal(line.data() + 2, line.data() + line.size());
            if (!address) throw SourceError(fmt::format("{}: addr2line says {}, which is no address", name_, line));
        } else if (!function) {
            function = line;
        } else {
            if (line.rfind("??:", 0) != 0) chain.push_back(read_place(*function, line));
            function.reset();
        }
    });
    finish();
}

void Image::set_chain(u64 address, Chain chain) {
    const auto row = find(address);
    if (!row || chain.empty()) return;
    if (chains_.back() != chain) chains_.push_back(std::move(chain));
    rows_[*row].chain = static_cast<u32>(chains_.size() - 1);
}

std::optional<std::size_t> Image::find(u64 address) const {
    const auto row = std::lower_bound(rows_.begin(), rows_.end(), address,
                                      [](const Row& one, u64 wanted) { return one.address < wanted; });
    if (row == rows_.end() || row->address != address) return std::nullopt;
    return static_cast<std::size_t>(row - rows_.begin());
}

std::optional<u64> Image::address(const std::string& symbol) const {
    for (const Symbol& one : symbols_) {
        if (strings_[one.name] == symbol) return one.address;
    }
    return std::nullopt;
}

std::vector<Frame> Image::frames(std::size_t row) const {
    std::vector<Frame> frames;
    for (const Place& place : chains_[rows_[row].chain]) {
        frames.push_back({strings_[place.function], strings_[place.file], place.line});
    }
    return frames;
}

}  // namespace ws::model
