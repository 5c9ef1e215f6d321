#pragma once
#include <cstddef>

namespace glowplug::runtime {

/// Lets children that are forked from now on find the pages of programs and libraries that this
/// process has used in their page tables. Without it a fork copies entries of memory without a file
/// only, and each child faults its way through the library again, up to 64 KiB at a time.
///
/// Linux copies the entries of a private mapping of a file only if the mapping has a page of its
/// own (`vma_needs_copy` in mm/memory.c: one that has an anon_vma). So the first page of each
/// executable one gets written, with what it holds: 4 KiB a mapping. An entry costs some 80 ns in
/// each fork, so `forget_program_pages` before the first run. Returns the mappings that were
/// treated; what the system refuses stays as it was. While the process has one thread.
std::size_t inherit_program_pages();

/// Empties the page tables of executable mappings: what is used from here on comes back by faults,
/// out of the page cache. Loading a model goes through far more of a library than runs do.
void forget_program_pages();

}  // namespace glowplug::runtime
