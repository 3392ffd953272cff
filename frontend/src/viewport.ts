// What part of a drawing is seen: dragged, zoomed by wheel, pinch and keys.

export interface Box { x: number; y: number; width: number; height: number }

const LEAST = 0.02, MOST = 2.5;
const READABLE = 0.55; // a scale under which words cannot be read: then the beginning is shown rather than the whole

export class Viewport {
  #x = 0;
  #y = 0;
  #scale = 1;
  #box: Box = { x: 0, y: 0, width: 1, height: 1 };
  #size = { width: 0, height: 0 }; // of the frame
  #whole = false; // all of the drawing is in the frame
  changed: () => void = () => {};

  constructor(private readonly frame: SVGSVGElement, private readonly content: SVGGElement) {
    frame.addEventListener("wheel", (event) => this.#wheel(event), { passive: false });
    frame.addEventListener("pointerdown", (event) => this.#drag(event));
  }

  /** The drawing's own size. */
  set box(box: Box) {
    this.#whole &&= box.width === this.#box.width && box.height === this.#box.height;
    this.#box = box;
  }

  get scale(): number {
    return this.#scale;
  }

  /** The part of the drawing that is in the frame, and half as much around it. */
  get seen(): Box {
    const { clientWidth, clientHeight } = this.frame;
    const [width, height] = [clientWidth / this.#scale, clientHeight / this.#scale];
    return { x: -this.#x / this.#scale - width / 2, y: -this.#y / this.#scale - height / 2, width: 2 * width, height: 2 * height };
  }

  /** The whole drawing in the frame. */
  fit(): void {
    const { width, height } = this.frame.getBoundingClientRect();
    const margin = 16;
    const scale = Math.min((width - 2 * margin) / this.#box.width, (height - 2 * margin) / this.#box.height, 1);
    this.#scale = Math.max(LEAST, scale);
    this.#x = (width - this.#box.width * this.#scale) / 2 - this.#box.x * this.#scale;
    this.#y = Math.max(margin, (height - this.#box.height * this.#scale) / 2) - this.#box.y * this.#scale;
    this.#whole = true;
    this.#apply();
  }

  /** The whole drawing if its words can then be read, else its beginning at `start`. */
  begin(start: { x: number; y: number }): void {
    this.fit();
    if (this.#scale >= READABLE) return;
    this.#scale = 0.8;
    this.#whole = false;
    this.#x = this.frame.getBoundingClientRect().width / 2 - start.x * this.#scale;
    this.#y = 40 - (start.y - 20) * this.#scale;
    this.#apply();
  }

  /** The frame has another size: what was all in it still is, else what was in its middle still is. */
  resized(): void {
    const { width, height } = this.frame.getBoundingClientRect();
    const before = this.#size;
    this.#size = { width, height };
    if (!width || !height) return;
    if (this.#whole) this.fit();
    else if (before.width) this.#move((width - before.width) / 2, (height - before.height) / 2);
  }

  zoom(factor: number, at?: { x: number; y: number }): void {
    const { width, height } = this.frame.getBoundingClientRect();
    const { x, y } = at ?? { x: width / 2, y: height / 2 };
    const scale = Math.min(MOST, Math.max(LEAST, this.#scale * factor));
    this.#x = x - (x - this.#x) * (scale / this.#scale);
    this.#y = y - (y - this.#y) * (scale / this.#scale);
    this.#scale = scale;
    this.#whole = false;
    this.#apply();
  }

  pan(x: number, y: number): void {
    this.#whole = false;
    this.#move(x, y);
  }

  #move(x: number, y: number): void {
    this.#x += x;
    this.#y += y;
    this.#apply();
  }

  /** Move no further than needed for a point to be well in sight. */
  reveal({ x, y }: { x: number; y: number }): void {
    if (this.#whole && this.#scale >= 0.3) return;
    const { width, height } = this.frame.getBoundingClientRect();
    if (this.#scale < 0.3) this.zoom(0.8 / this.#scale);
    const [left, top] = [x * this.#scale + this.#x, y * this.#scale + this.#y];
    const inside = (at: number, size: number, margin: number) =>
      at < margin ? margin - at : at > size - margin ? size - margin - at : 0;
    this.pan(inside(left, width, Math.min(120, width / 3)), inside(top, height, Math.min(70, height / 3)));
  }

  #apply(): void {
    this.content.setAttribute("transform", `translate(${this.#x} ${this.#y}) scale(${this.#scale})`);
    this.changed();
  }

  #wheel(event: WheelEvent): void {
    event.preventDefault();
    const { left, top } = this.frame.getBoundingClientRect();
    this.zoom(Math.exp(-event.deltaY * (event.ctrlKey ? 0.01 : 0.0015)), { x: event.clientX - left, y: event.clientY - top });
  }

  #drag(down: PointerEvent): void {
    if (down.button !== 0) return;
    let [x, y] = [down.clientX, down.clientY];
    let far = false;
    const move = (event: PointerEvent) => {
      far ||= Math.hypot(event.clientX - down.clientX, event.clientY - down.clientY) > 4;
      if (!far) return;
      this.frame.setPointerCapture(down.pointerId);
      this.frame.classList.add("dragging");
      this.pan(event.clientX - x, event.clientY - y);
      [x, y] = [event.clientX, event.clientY];
    };
    const up = () => {
      this.frame.removeEventListener("pointermove", move);
      this.frame.classList.remove("dragging");
    };
    this.frame.addEventListener("pointermove", move);
    this.frame.addEventListener("pointerup", up, { once: true });
    this.frame.addEventListener("pointercancel", up, { once: true });
  }
}
