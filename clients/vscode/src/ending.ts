/** The end of a server's process; knows nothing of VS Code. */
import type { ChildProcess } from "node:child_process";
import { once } from "node:events";

/** Resolves when the process is gone, which it is at the latest shortly after `patience` milliseconds. */
export async function gone(server: ChildProcess, patience: number): Promise<void> {
  if (server.exitCode !== null || server.signalCode !== null) {
    return;
  }
  const timer = setTimeout(() => server.kill("SIGKILL"), patience);
  await once(server, "exit");
  clearTimeout(timer);
}
