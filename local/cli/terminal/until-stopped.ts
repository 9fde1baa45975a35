/** Waits until Ctrl-C, or until the process that started this one over a channel has gone. */
export async function untilStopped(signal: AbortSignal): Promise<void> {
  await new Promise<void>((resolve) => {
    // Neither a signal nor a promise keeps a process alive.
    const alive = setInterval(() => undefined, 60_000);
    function stop(): void {
      clearInterval(alive);
      process.off("disconnect", stop);
      resolve();
    }
    process.once("disconnect", stop);
    if (signal.aborted) {
      stop();
    } else {
      signal.addEventListener("abort", stop, { once: true });
    }
  });
}
