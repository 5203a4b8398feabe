/** Deduplicates concurrent calls: they share one run and its result. */
export class SingleFlight<T> {
  #running: Promise<T> | undefined;

  /** Runs `work`, or joins the run in progress and returns its result. */
  run(work: () => Promise<T>): Promise<T> {
    this.#running ??= work().finally(() => {
      this.#running = undefined;
    });
    return this.#running;
  }
}
