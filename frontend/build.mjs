// Builds the studio into the Python package: `node build.mjs [--watch]`.
import { readdir, readFile, rm, writeFile } from "node:fs/promises";
import { gzipSync } from "node:zlib";
import * as esbuild from "esbuild";

// Modules of the other pages are served as they are; `pages/dom.js` here is /static/dom.js there.
const pages = {
  name: "pages",
  setup: ({ onResolve }) => onResolve({ filter: /^pages\// }, ({ path }) => ({
    path: path.replace("pages", "/static"), external: true,
  })),
};

const watching = process.argv.includes("--watch");
const out = new URL("../ivr/web/static/studio/", import.meta.url).pathname;
const options = {
  // The diagram is laid out in a worker, so that a menu of a thousand steps does not stop the typing.
  entryPoints: { studio: "src/studio.ts", layout: "src/layout.worker.ts", "twilio-voice": "src/twilio-voice.ts" },
  absWorkingDir: new URL(".", import.meta.url).pathname,
  outdir: out,
  bundle: true,
  format: "esm",
  target: ["chrome111", "firefox115", "safari16.4"],
  minify: true,
  sourcemap: watching,
  legalComments: "linked",
  plugins: [pages],
  logLevel: "warning",
};

await rm(out, { recursive: true, force: true });
if (watching) await (await esbuild.context(options)).watch();
else {
  await esbuild.build(options);
  for (const file of await readdir(out)) { // which aiohttp sends to browsers that take it: a third of the size
    if (file.endsWith(".js")) await writeFile(`${out}${file}.gz`, gzipSync(await readFile(out + file), { level: 9 }));
  }
}
