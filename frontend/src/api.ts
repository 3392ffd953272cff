// The studio's side of the HTTP API. The shapes are those of /openapi.json.

export type Parts = Record<string, string>;
/** What is edited: a menu's text, and those of its sub-menus and articles by file name. */
export interface Text { source: string; parts: Parts }

export interface MenuLine {
  menu: string; title: string; version: string; n: number; published_at: number | null;
  author: string; message: string; languages: string[]; channels: string[]; live: number;
}
export interface MenuPage extends Text {
  menu: string; title: string; version: string; n: number;
  live: Record<string, number>; folder: { version: string; differs: boolean } | null;
}
export interface Version {
  n: number; version: string; at: number; author: string; message: string; in_force: boolean; journeys: number;
}
export interface Finding {
  file: string; line: number; column: number; step: string | null;
  problem: string; remedy: string; severity: "error" | "advice"; rule: string;
}
export interface Node { id: string; kind: string; title: string; line: number; file: string; part: string }
export interface Edge { from: string; to: string; label: string; kind: string }
export interface Diagram {
  nodes: Node[]; edges: Edge[]; start: string; exhausted: string;
  always: { key: string; label: string; to: string }[];
}
export interface Service { name: string; demo: boolean; values: string[] }
export interface Checked {
  ok: boolean; mistakes: Finding[]; declared: string[]; diagram: Diagram | null; languages: string[]; services: Service[];
}
export interface Diff {
  changes: string[]; removed: { step: string; journeys: number; likely?: string | null }[]; text: string; mistakes: Finding[];
}
export interface StepTraffic { visits: number; left: number; dropped: number; exhausted: number }
export interface Bubble { from: "segue" | "customer" | "agent"; text: string }
export interface Reply {
  messages: Bubble[]; options: { id: string; label: string }[]; always: { id: string; label: string }[];
  turn: number | null; ended: boolean; status: string; secret: boolean;
}
export interface Switch { name: string; title: string; menus: string[]; on: boolean; by: string; at: number | null }

/** What the server refused. `message` is written for people; `body` is all of the answer. */
export class Refused extends Error {
  constructor(readonly status: number, readonly body: { title?: string; detail?: string; mistakes?: Finding[] }) {
    super(body.detail ?? "The server gave no reason. Try again.");
  }
}

export async function request<T>(method: string, path: string, body?: unknown, signal?: AbortSignal): Promise<T> {
  const response = await fetch(path, {
    method,
    signal: signal ?? null,
    ...(body === undefined ? {} : { headers: { "Content-Type": "application/json" }, body: JSON.stringify(body) }),
  });
  if (response.status === 401) location.assign(`/login?next=${encodeURIComponent(location.pathname)}`);
  if (!response.ok) throw new Refused(response.status, await response.json().catch(() => ({})));
  return response.status === 204 ? undefined as T : response.json();
}

export const get = <T>(path: string) => request<T>("GET", path);
export const post = <T>(path: string, body: unknown, signal?: AbortSignal) => request<T>("POST", path, body, signal);

/** The address of a menu's part of the API. */
export const ofMenu = (menu: string, rest = "") => `/api/menus/${encodeURIComponent(menu)}${rest}`;

/** What to tell people about a failure. */
export function words(error: unknown): string {
  return error instanceof Refused ? error.message : "The server cannot be reached. Your text is kept in this browser.";
}
