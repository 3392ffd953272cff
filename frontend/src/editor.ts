// The text editor: CodeMirror in a shadow root, whose styles are constructed style sheets. In the document itself it
// would write <style> elements, which our Content-Security-Policy refuses.

import { autocompletion, closeBrackets, closeBracketsKeymap, completionKeymap } from "@codemirror/autocomplete";
import { defaultKeymap, history, historyKeymap } from "@codemirror/commands";
import { yaml } from "@codemirror/lang-yaml";
import { bracketMatching, codeFolding, foldGutter, foldKeymap, HighlightStyle, indentOnInput, indentUnit, syntaxHighlighting } from "@codemirror/language";
import { type Diagnostic, lintGutter, lintKeymap, setDiagnostics } from "@codemirror/lint";
import { highlightSelectionMatches, search, searchKeymap } from "@codemirror/search";
import { EditorState, type Extension, Text } from "@codemirror/state";
import { drawSelection, dropCursor, EditorView, highlightActiveLine, highlightActiveLineGutter, highlightSpecialChars, keymap, lineNumbers } from "@codemirror/view";
import { tags } from "@lezer/highlight";
import type { Finding } from "./api.js";
import { complete } from "./completion.js";

const colours = HighlightStyle.define([
  { tag: tags.definition(tags.propertyName), color: "var(--accent)" },
  { tag: tags.propertyName, color: "var(--accent)" },
  { tag: tags.comment, color: "var(--muted)", fontStyle: "italic" },
  { tag: [tags.string, tags.special(tags.string)], color: "var(--string)" },
  { tag: tags.punctuation, color: "var(--muted)" },
]);

const look = EditorView.theme({
  "&": { height: "100%", backgroundColor: "var(--card)", color: "var(--ink)", fontSize: "13.5px" },
  "&.cm-focused": { outline: "none" },
  ".cm-scroller": { fontFamily: "ui-monospace, 'DejaVu Sans Mono', Menlo, Consolas, monospace", lineHeight: "1.55" },
  ".cm-content": { caretColor: "var(--ink)" },
  ".cm-cursor, .cm-dropCursor": { borderLeftColor: "var(--ink)" },
  ".cm-gutters": { backgroundColor: "var(--card)", color: "var(--muted)", border: "none" },
  ".cm-activeLine, .cm-activeLineGutter": { backgroundColor: "color-mix(in srgb, var(--tint) 55%, transparent)" },
  "&.cm-focused > .cm-scroller > .cm-selectionLayer .cm-selectionBackground, .cm-selectionBackground": {
    background: "color-mix(in srgb, var(--accent) 24%, transparent)",
  },
  ".cm-selectionMatch": { backgroundColor: "color-mix(in srgb, var(--accent) 14%, transparent)" },
  ".cm-panels": { backgroundColor: "var(--paper)", color: "var(--ink)" },
  ".cm-tooltip": {
    backgroundColor: "var(--card)", color: "var(--ink)", border: "1px solid var(--line)", borderRadius: "8px",
    boxShadow: "var(--shadow)", overflow: "hidden",
  },
  ".cm-tooltip.cm-tooltip-autocomplete > ul > li": { padding: "3px 10px" },
  ".cm-tooltip-autocomplete ul li[aria-selected]": { backgroundColor: "var(--accent)", color: "var(--on-accent)" },
  ".cm-completionInfo": { padding: "8px 10px", maxWidth: "22rem", fontFamily: "system-ui, sans-serif" },
  ".cm-diagnostic": { padding: "6px 10px", fontFamily: "system-ui, sans-serif", maxWidth: "34rem" },
  // CodeMirror's own marks are pictures in data: addresses, which our Content-Security-Policy refuses.
  ".cm-lintRange-error": { backgroundImage: "none", textDecoration: "underline wavy var(--bad) 1px", textUnderlineOffset: "3px" },
  ".cm-lintRange-info": { backgroundImage: "none", textDecoration: "underline dotted var(--accent) 1.5px", textUnderlineOffset: "3px" },
  ".cm-lintRange-active": { backgroundColor: "var(--bad-tint)" },
  ".cm-lint-marker": { width: ".8em", height: ".8em" },
  ".cm-lint-marker-error": { content: "none", display: "inline-block", borderRadius: "50%", backgroundColor: "var(--bad)" },
  ".cm-lint-marker-info": { content: "none", display: "inline-block", borderRadius: "50%", backgroundColor: "var(--accent)" },
  ".cm-diagnostic-error": { borderLeftColor: "var(--bad)" },
  ".cm-diagnostic-info": { borderLeftColor: "var(--accent)" },
});

// Where a selection of several colours is typed over, Chromium keeps the first one's in a style attribute, which our
// Content-Security-Policy refuses. So what is typed over a selection goes into the text and not into the document.
const typedOver = EditorView.domEventHandlers({
  beforeinput(event, view) {
    const { data, inputType } = event, { from, to } = view.state.selection.main;
    if (inputType !== "insertText" || !data || from === to || view.composing) return false;
    event.preventDefault();
    const insert = () => view.state.update({ ...view.state.replaceSelection(data), userEvent: "input.type" });
    if (!view.state.facet(EditorView.inputHandler).some((take) => take(view, from, to, data, insert))) view.dispatch(insert());
    return true;
  },
});

/** Events: `wrote`, `moved` (detail: the line of the cursor). */
export class Editor extends EventTarget {
  readonly view: EditorView;
  #states = new Map<string, EditorState>(); // by file, with what can be undone
  #extensions: Extension;
  file = "";

  constructor(host: HTMLElement, schema: () => unknown, services: () => string[]) {
    super();
    const root = host.attachShadow({ mode: "open" });
    this.#extensions = [
      lineNumbers(), highlightActiveLineGutter(), highlightSpecialChars(), history(), codeFolding(), foldGutter(),
      drawSelection(), dropCursor(), indentOnInput(), indentUnit.of("  "), bracketMatching(), closeBrackets(),
      highlightActiveLine(), highlightSelectionMatches(), search({ top: true }), lintGutter(),
      autocompletion({ override: [complete(schema, services)], maxRenderedOptions: 60 }),
      yaml(), syntaxHighlighting(colours), look, typedOver, EditorView.lineWrapping,
      EditorView.contentAttributes.of({ "aria-label": "Text of the menu" }),
      keymap.of([
        ...closeBracketsKeymap, ...defaultKeymap, ...searchKeymap, ...historyKeymap, ...foldKeymap, ...completionKeymap,
        ...lintKeymap,
      ]),
      EditorView.updateListener.of((update) => {
        if (update.docChanged) this.dispatchEvent(new Event("wrote"));
        if (update.selectionSet || update.docChanged) this.dispatchEvent(new CustomEvent("moved", { detail: this.line }));
      }),
    ];
    this.view = new EditorView({ parent: root, root, state: this.#fresh("") });
  }

  get text(): string {
    return this.view.state.doc.toString();
  }

  get line(): number {
    return this.view.state.doc.lineAt(this.view.state.selection.main.head).number;
  }

  /** Forget all texts, and what could be undone in them. */
  clear(): void {
    this.#states.clear();
    this.file = "";
  }

  show(file: string, text: string): void {
    if (this.file) this.#states.set(this.file, this.view.state);
    this.file = file;
    const kept = this.#states.get(file);
    this.view.setState(kept && kept.doc.eq(Text.of(text.split("\n"))) ? kept : this.#fresh(text));
  }

  /** Put the cursor at a line, in sight. */
  jump(line: number, column = 1): void {
    const { doc } = this.view.state;
    const found = doc.line(Math.min(Math.max(1, line), doc.lines));
    const at = Math.min(found.from + column - 1, found.to);
    this.view.dispatch({ selection: { anchor: at }, effects: EditorView.scrollIntoView(at, { y: "center" }) });
    this.view.focus();
  }

  /** Underline what the server found in this file. */
  mark(findings: Finding[]): void {
    const { doc } = this.view.state;
    const marks: Diagnostic[] = findings.map((finding) => {
      const line = doc.line(Math.min(Math.max(1, finding.line), doc.lines));
      const from = Math.min(line.from + finding.column - 1, line.to);
      const word = /^\S[^\s:,}\]]*/.exec(doc.sliceString(from, line.to))?.[0].length ?? 0;
      return {
        from, to: Math.max(from + word, Math.min(from + 1, line.to)),
        severity: finding.severity === "error" ? "error" : "info",
        source: finding.rule, message: `${finding.problem};\n${finding.remedy}`,
      };
    });
    this.view.dispatch(setDiagnostics(this.view.state, marks));
  }

  #fresh(text: string): EditorState {
    return EditorState.create({ doc: text, extensions: this.#extensions });
  }
}
