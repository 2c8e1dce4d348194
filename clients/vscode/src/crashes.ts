/** Whether a server that crashed deserves another start; knows nothing of VS Code. */

const FORGOTTEN_AFTER_MS = 3 * 60 * 1000;
const FORGIVEN = 4;

export class Crashes {
  #times: number[] = [];

  /** Notes a crash at the time `now`, in milliseconds; true while the server should be started again. */
  forgives(now: number): boolean {
    this.#times = [...this.#times.filter((time) => now - time < FORGOTTEN_AFTER_MS), now];
    return this.#times.length <= FORGIVEN;
  }
}
