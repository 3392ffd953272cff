// Asks the worker where the parts of a diagram go. Only the newest question is answered.

export interface Asked {
  nodes: { id: string; width: number; height: number }[];
  edges: { from: string; to: string; width: number }[];
}
export interface Point { x: number; y: number }
export interface Placed {
  nodes: Record<string, Point>;
  /** `x` and `y`: where the words stand, if there are any. `far`: to be drawn faintly. */
  edges: { points: Point[]; x?: number; y?: number; far?: boolean }[];
  width: number;
  height: number;
}

export class Layout {
  // Begun before it is needed, since that takes a tenth of a second.
  #worker = new Worker(new URL("./layout.js", import.meta.url), { type: "module" });
  #number = 0;

  /** Null: a newer question came before this one was answered. */
  place(asked: Asked): Promise<Placed | null> {
    const number = ++this.#number;
    const worker = this.#worker;
    return new Promise((resolve) => {
      worker.addEventListener("message", function answered({ data }: MessageEvent<{ number: number; placed: Placed }>) {
        if (data.number < number) return;
        worker.removeEventListener("message", answered);
        resolve(data.number === number ? data.placed : null);
      });
      worker.postMessage({ ...asked, number });
    });
  }
}
