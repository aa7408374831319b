/**
 * Runs `start(0) … start(count - 1)`, at most `atOnce` at the same time and in order. Ends early when the signal is
 * aborted; the first failure ends it too, once what is under way has settled.
 */
export async function rampUp(
  count: number,
  atOnce: number,
  signal: AbortSignal,
  start: (index: number) => Promise<void>,
): Promise<void> {
  let next = 0;
  let failure: { readonly error: unknown } | undefined;
  const worker = async () => {
    while (next < count && failure === undefined && !signal.aborted) {
      try {
        await start(next++);
      } catch (error) {
        failure ??= { error };
      }
    }
  };
  await Promise.all(Array.from({ length: Math.min(atOnce, count) }, worker));
  if (failure !== undefined && !signal.aborted) throw failure.error;
}
