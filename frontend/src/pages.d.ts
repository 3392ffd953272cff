// The modules that our pages share: plain JavaScript, served from ivr/web/static as it is.

declare module "pages/dom.js" {
  type Attribute = string | number | boolean | null | undefined | ((event: never) => unknown);
  type Child = Node | string | null | undefined | false | Child[];
  export function el<K extends keyof HTMLElementTagNameMap>(
    tag: K, attributes?: Record<string, Attribute>, ...children: Child[]): HTMLElementTagNameMap[K];
  export function icon(name: string): SVGSVGElement;
  export function time(at: number): HTMLTimeElement;
  export function ago(at: number): string;
  export function sentence(words: string): string;
  export function channelName(channel: string): string;
}

declare module "pages/wire.js" {
  export function listen(
    path: string,
    handlers: Record<string, (body: never) => void>,
    options?: { closed?: () => void; state?: (there: boolean) => void; seen?: boolean },
  ): () => void;
}

declare module "pages/phone.js" {
  export class WebPhone extends EventTarget {
    constructor(url?: string);
    readonly state: "idle" | "calling" | "talking" | "lost";
    call(options: { number?: string | null; withheld?: boolean; menu?: string }): Promise<void>;
    press(key: string): boolean;
    hangup(): void;
    drop(): void;
  }
}
