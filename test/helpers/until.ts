const DEADLINE_MS = 5000;

/** Waits for something that no event tells of: counters, files, another process. */
export async function until(
  holds: () => boolean | Promise<boolean>,
  what: string,
  withinMs = DEADLINE_MS,
): Promise<void> {
  const deadline = performance.now() + withinMs;
  while (!(await holds())) {
    if (performance.now() > deadline) throw new Error(`not within ${withinMs} ms: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 2));
  }
}
