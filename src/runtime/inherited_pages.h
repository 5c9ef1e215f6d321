#pragma once
#include <cstddef>

namespace glowplug::runtime {

/// Lets children that are forked from now on find the file pages that this process has used
/// (libraries, programs) in their page tables. Without it a fork copies entries of memory without a
/// file only, and each child faults its way through the library again, up to 64 KiB at a time.
///
/// Linux copies the entries of a private mapping of a file only if the mapping has a page of its
/// own (`vma_needs_copy` in mm/memory.c: one that has an anon_vma). So one page of each gets
/// written, with what it holds: 4 KiB a mapping. Returns the mappings that were treated; those
/// that the system refuses stay as they were. While the process has one thread.
std::size_t inherit_file_pages();

}  // namespace glowplug::runtime
