// The diagram as a file that stands alone: the colours of light paper are written into it.

import type { Placed } from "./layout.js";
import { svg } from "./svg.js";

const STYLE = `
text { font: 12px system-ui, sans-serif; fill: #1b2426 }
.box { fill: #fff; stroke: #8a9598 } .start .box { stroke: #0b6a64; stroke-width: 2.5 } .kind { fill: #0b6a64 }
.name { font-weight: 600 } .verb { text-anchor: end; fill: #5c686b; font-size: 10.5px } .words { fill: #5c686b; font-size: 11px }
.edge { fill: none; stroke: #5c686b } .failed, .exhausted, .link { stroke-dasharray: 4 3 } marker path { fill: #5c686b }
.label { text-anchor: middle; font-size: 11px; paint-order: stroke; stroke: #fff; stroke-width: 4px; stroke-dasharray: none }
.loop { text-anchor: end; fill: #5c686b; font-size: 10.5px } .heat { fill: #e08a2e } .traffic { fill: #5c686b; font-size: 10.5px }
.live rect { fill: #0b6a64 } .live text { fill: #fff; text-anchor: middle }
`;
const MARGIN = 20;

export function asFile(frame: SVGSVGElement, { width, height }: Placed): string {
  const copy = frame.cloneNode(true) as SVGSVGElement;
  copy.setAttribute("viewBox", `${-MARGIN} ${-MARGIN} ${width + 2 * MARGIN} ${height + 2 * MARGIN}`);
  copy.setAttribute("width", String(Math.ceil(width + 2 * MARGIN)));
  copy.setAttribute("height", String(Math.ceil(height + 2 * MARGIN)));
  copy.querySelector("svg > g")?.removeAttribute("transform");
  for (const node of copy.querySelectorAll("[tabindex]")) node.removeAttribute("tabindex");
  copy.prepend(svg("style", {}, STYLE));
  return new XMLSerializer().serializeToString(copy);
}

/** Hand a file to the reader. */
export function save(name: string, text: string, type: string): void {
  const address = URL.createObjectURL(new Blob([text], { type }));
  const link = document.createElement("a");
  link.href = address;
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(address));
}
