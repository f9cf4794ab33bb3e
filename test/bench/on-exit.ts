/** Cleans up when this process ends, even by an interrupt. */
for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.once(signal, () => process.exit(1));

/** Runs `undo`, which must be synchronous, when the process ends or the returned function is called. */
export function onExit(undo: () => void): () => void {
  process.once("exit", undo);
  return () => {
    process.off("exit", undo);
    undo();
  };
}
