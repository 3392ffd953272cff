// Builds the studio into the Python package: `node build.mjs [--watch]`.
import { rm } from "node:fs/promises";
import * as esbuild from "esbuild";

// Modules of the other pages are served as they are; `pages/dom.js` here is /static/dom.js there.
const pages = {
  name: "pages",
  setup: ({ onResolve }) => onResolve({ filter: /^pages\// }, ({ path }) => ({
    path: path.replace("pages", "/static"), external: true,
  })),
};

const out = new URL("../ivr/web/static/studio/", import.meta.url).pathname;
const options = {
  // The diagram is laid out in a worker, so that a menu of a thousand steps does not stop the typing.
  entryPoints: { studio: "src/studio.ts", layout: "src/layout.worker.ts" },
  outdir: out,
  bundle: true,
  format: "esm",
  target: ["chrome111", "firefox115", "safari16.4"],
  minify: true,
  sourcemap: true,
  legalComments: "linked",
  plugins: [pages],
  logLevel: "warning",
};

await rm(out, { recursive: true, force: true });
if (process.argv.includes("--watch")) await (await esbuild.context(options)).watch();
else await esbuild.build(options);
