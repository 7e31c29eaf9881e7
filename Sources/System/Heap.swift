internal import CLinux

/// Has all threads share one heap, mallopt(3); before there are others than the first.
///
/// Each of a process' threads that waits most of the time would keep a heap of its own, with next to nothing in it.
package func shareOneHeap() {
    // M_ARENA_MAX. What is refused costs memory and nothing else.
    mallopt(-8, 1)
}
