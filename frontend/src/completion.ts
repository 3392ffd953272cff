// Completion from the menu's JSON Schema, by the keys that a line stands under, and from the text itself: its steps,
// slots and services.

import type { Completion, CompletionContext, CompletionResult, CompletionSource } from "@codemirror/autocomplete";

interface Schema {
  $ref?: string; definitions?: Record<string, Schema>; description?: string; default?: unknown;
  enum?: unknown[]; const?: unknown; type?: string | string[];
  properties?: Record<string, Schema>; required?: string[]; patternProperties?: Record<string, Schema>;
  additionalProperties?: Schema | boolean; items?: Schema;
  anyOf?: Schema[]; oneOf?: Schema[]; allOf?: Schema[];
}

const DEEPEST = 12; // references in a row
/** Keys whose value is the name of a step. */
const TO_STEP = new Set(["goto", "next", "done", "failed", "unavailable", "exhausted", "start", "else", "to_step", "helped", "not_helped", "person"]);
const OF_SLOT = new Set(["slot", "rate", "comment"]);

/** The keys under which a line stands: `[steps, welcome, menu]`. A list's items have no key of their own. */
export function pathAt(lines: string[], row: number, indent: number): string[] {
  const path: string[] = [];
  let limit = indent;
  for (let i = row - 1; i >= 0 && limit > 0; i--) {
    const found = /^(\s*)((?:- )*)([^\s#:'"{[][^:]*|'[^']*'|"[^"]*"):(?=\s|$)/.exec(lines[i] ?? "");
    if (!found) continue;
    const [, spaces = "", dashes = "", key = ""] = found;
    const at = spaces.length + dashes.length;
    if (at >= limit) continue;
    path.unshift(key.replace(/^['"]|['"]$/g, ""));
    limit = dashes ? spaces.length : at;
  }
  return path;
}

function open(root: Schema, schema: Schema | undefined, depth = 0): Schema[] {
  if (!schema || depth > DEEPEST) return [];
  const name = schema.$ref?.split("/").pop();
  if (name) return open(root, root.definitions?.[name], depth + 1);
  const inner = [...(schema.anyOf ?? []), ...(schema.oneOf ?? []), ...(schema.allOf ?? [])];
  return [schema, ...inner.flatMap((one) => open(root, one, depth + 1)),
    ...(schema.items ? open(root, schema.items, depth + 1) : [])];
}

/** What may stand at a path: several schemas, where there are alternatives. */
export function schemasAt(root: Schema, path: string[]): Schema[] {
  let here = open(root, root);
  for (const key of path) {
    here = here.flatMap((schema) => {
      const own = schema.properties ?? {};
      if (Object.hasOwn(own, key)) return open(root, own[key]);
      const pattern = Object.entries(schema.patternProperties ?? {}).find(([name]) => new RegExp(name).test(key));
      if (pattern) return open(root, pattern[1]);
      return typeof schema.additionalProperties === "object" ? open(root, schema.additionalProperties) : [];
    });
  }
  return here;
}

/** The names that a block of the file declares: the keys one level under `block:`. */
export function declared(lines: string[], block: string): string[] {
  const from = lines.findIndex((line) => line.startsWith(`${block}:`));
  if (from < 0) return [];
  const found: string[] = [];
  for (const line of lines.slice(from + 1)) {
    if (/^\S/.test(line) && !line.startsWith("#")) break;
    const key = /^ {2}([A-Za-z_]\w*):/.exec(line)?.[1];
    if (key) found.push(key);
  }
  return found;
}

/** `{key: val|` and `- {if: {sta|`: the innermost open brace of a line, as path and the word being typed. */
function inBraces(before: string): { path: string[]; from: number } | null {
  const stack: { at: number; key: string }[] = [];
  for (let i = 0; i < before.length; i++) {
    if (before[i] === "{") stack.push({ at: i + 1, key: /([\w.-]+):\s*$/.exec(before.slice(0, i))?.[1] ?? "" });
    if (before[i] === "}") stack.pop();
  }
  const inner = stack.at(-1);
  if (!inner) return null;
  const comma = Math.max(before.lastIndexOf(","), inner.at - 1);
  return { path: stack.map(({ key }) => key).filter(Boolean), from: Math.max(inner.at, comma + 1) };
}

export function complete(schema: () => unknown, services: () => string[]): CompletionSource {
  return (context: CompletionContext): CompletionResult | null => {
    const line = context.state.doc.lineAt(context.pos);
    const before = line.text.slice(0, context.pos - line.from);
    if (/^\s*#|\s#/.test(before)) return null;
    const lines = context.state.doc.toString().split("\n");
    const slot = /\{([A-Za-z_]*)$/.exec(before);
    if (slot && /["']|:\s+[^\s{]/.test(before.slice(0, slot.index))) return names(context, slot[1] ?? "", slots(lines));

    const braces = inBraces(before);
    const lead = braces ? before.slice(0, braces.from) : (/^\s*(?:- )*/.exec(before)?.[0] ?? "");
    const rest = before.slice(lead.length);
    const indent = /^\s*(?:- )*/.exec(before)?.[0].length ?? 0;
    const path = pathAt(lines, line.number - 1, indent);
    if (braces) path.push(...[/^\s*(?:- )*([\w.]+):\s*\{/.exec(before)?.[1] ?? ""].filter((key) => key && !braces.path.includes(key)), ...braces.path);
    const value = /^\s*([\w.'"*#-]+):\s+\[?(?:[\w-]+,\s*)*([\w.-]*)$/.exec(rest);
    const key = /^\s*([\w.-]*)$/.exec(rest);
    if (value) return ofValue(context, schema() as Schema, [...path, value[1]!.replace(/['"]/g, "")], value[2] ?? "", lines, services());
    if (key && (context.explicit || key[1])) return ofKey(context, schema() as Schema, path, key[1] ?? "");
    return null;
  };
}

function ofKey(context: CompletionContext, root: Schema, path: string[], word: string): CompletionResult | null {
  const options = new Map<string, Completion>();
  for (const schema of schemasAt(root, path)) {
    for (const [name, of] of Object.entries(schema.properties ?? {})) {
      const info = of.description ?? open(root, of)[0]?.description;
      options.set(name, { label: name, type: "property", apply: `${name}: `, boost: schema.required?.includes(name) ? 1 : 0, ...(info ? { info } : {}) });
    }
  }
  return result(context, word, [...options.values()]);
}

function ofValue(context: CompletionContext, root: Schema, path: string[], word: string, lines: string[], services: string[]): CompletionResult | null {
  const key = path.at(-1) ?? "";
  if (TO_STEP.has(key)) return names(context, word, declared(lines, "steps"), "step");
  if (OF_SLOT.has(key)) return names(context, word, slots(lines), "slot");
  if (key === "service") return names(context, word, services, "service");
  const options = new Map<string, Completion>();
  for (const schema of schemasAt(root, path)) {
    const values = [...(schema.enum ?? []), ...(schema.const === undefined ? [] : [schema.const])];
    for (const one of values) options.set(String(one), { label: String(one), type: "enum", ...(schema.description ? { info: schema.description } : {}) });
  }
  return result(context, word, [...options.values()]);
}

function slots(lines: string[]): string[] {
  const saved = lines.join("\n").matchAll(/\bsave:\s*\[([^\]]*)\]/g);
  const names = [...saved].flatMap(([, list = ""]) => list.split(",").map((name) => name.trim()));
  return [...new Set([...declared(lines, "slots"), ...names.filter(Boolean)])];
}

function names(context: CompletionContext, word: string, known: string[], detail?: string): CompletionResult | null {
  return result(context, word, known.map((label) => ({ label, type: "variable", ...(detail ? { detail } : {}) })));
}

function result(context: CompletionContext, word: string, options: Completion[]): CompletionResult | null {
  return options.length ? { from: context.pos - word.length, options, validFor: /^[\w.-]*$/ } : null;
}
