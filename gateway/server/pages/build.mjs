// Splits the GraphiQL package into files of their own, named by content and compressed once.
// Usage: node build.mjs OUTPUT_FOLDER STAMP
import { createHash } from "node:crypto";
import { copyFileSync, readFileSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, extname, join } from "node:path";
import { gzipSync, constants } from "node:zlib";
import {
  css,
  editorWorkerService,
  graphqlWorker,
  js,
  jsonWorker,
} from "@graphql-yoga/render-graphiql/graphiql";

const [output, stamp] = process.argv.slice(2);
const types = { ".js": "text/javascript; charset=utf-8", ".css": "text/css; charset=utf-8" };
const source = (name) => readFileSync(new URL(name, import.meta.url), "utf8");

const contents = {
  "graphiql.js": js,
  "graphiql.css": css,
  "editor.worker.js": editorWorkerService,
  "json.worker.js": jsonWorker,
  "graphql.worker.js": graphqlWorker,
  "boot.js": source("boot.js"),
  "start.js": source("start.js"),
};

const entries = {};
const files = {};
for (const [entry, text] of Object.entries(contents)) {
  const bytes = Buffer.from(text, "utf8");
  const hash = createHash("sha256").update(bytes).digest("hex").slice(0, 16);
  const extension = extname(entry);
  const name = `${entry.slice(0, -extension.length)}.${hash}${extension}`;
  writeFileSync(join(output, `${name}.gz`), gzipSync(bytes, { level: constants.Z_BEST_COMPRESSION }));
  entries[entry] = name;
  files[name] = types[extension];
}

const require = createRequire(import.meta.url);
const home = dirname(require.resolve("@graphql-yoga/render-graphiql/package.json"));
copyFileSync(join(home, "LICENSE"), join(output, "LICENSE"));
writeFileSync(join(output, "manifest.json"), JSON.stringify({ stamp, entries, files }, null, 1));
