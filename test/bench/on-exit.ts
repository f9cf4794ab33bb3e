/** What must be undone when this process ends, also by an interrupt. */
for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.once(signal, () => process.exit(1));

/** Runs `undo`, which may not wait for anything, when the process ends or when the function given back is called. */
export function onExit(undo: () => void): () => void {
  process.once("exit", undo);
  return () => {
    process.off("exit", undo);
    undo();
  };
}
