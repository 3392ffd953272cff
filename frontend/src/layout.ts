// Asks the worker where the parts of a diagram go. Only the newest question is answered.

export interface Asked {
  nodes: { id: string; width: number; height: number }[];
  edges: { from: string; to: string; width: number }[];
}
export interface Point { x: number; y: number }
export interface Placed {
  nodes: Map<string, Point>; // not an object: a step may be called `constructor`
  /** `x` and `y`: where the words stand, if there are any. `far`: to be drawn faintly. */
  edges: { points: Point[]; x?: number; y?: number; far?: boolean }[];
  width: number;
  height: number;
}

/** The places could not be found. */
export class LayoutFailed extends Error {}

interface Answer { number: number; placed: Placed | null }

export class Layout {
  // Begun before it is needed, since that takes a tenth of a second.
  #worker = new Worker(new URL("./layout.js", import.meta.url), { type: "module" });
  #lost = new Promise<void>((resolve) => this.#worker.addEventListener("error", () => resolve())); // it could not begin
  #number = 0;

  /** Null: a newer question came before this one was answered. Rejects with `LayoutFailed`. */
  place(asked: Asked): Promise<Placed | null> {
    const number = ++this.#number;
    const worker = this.#worker;
    const answer = new Promise<Placed | null>((resolve, reject) => {
      worker.addEventListener("message", function answered({ data }: MessageEvent<Answer>) {
        if (data.number < number) return;
        worker.removeEventListener("message", answered);
        if (data.number > number) resolve(null);
        else if (data.placed) resolve(data.placed);
        else reject(new LayoutFailed());
      });
    });
    worker.postMessage({ ...asked, number });
    return Promise.race([answer, this.#lost.then(() => { throw new LayoutFailed(); })]);
  }
}
