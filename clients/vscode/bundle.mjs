/** Bundles the extension into dist/extension.js, with the licenses of all packages that went in beside it. */
import { build } from "esbuild";
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";

const { metafile } = await build({
  entryPoints: ["src/extension.ts"],
  outfile: "dist/extension.js",
  bundle: true,
  minify: true,
  platform: "node",
  format: "cjs",
  target: "node20",
  external: ["vscode"],
  metafile: true,
  logLevel: "warning",
});

const folders = Object.keys(metafile.inputs).flatMap(
  (file) => /^(?:.*\/)?node_modules\/(?:@[^/]+\/)?[^/]+/.exec(file) ?? [],
);
writeFileSync("dist/LICENSES.txt", [...new Set(folders)].sort().map(licenseOf).join("\n\n"));

function licenseOf(folder) {
  const file = readdirSync(folder).find((name) => /^licen[cs]e/i.test(name));
  if (file === undefined) {
    throw new Error(`${folder} is bundled and has no license file`);
  }
  return `${folder}\n\n${readFileSync(path.join(folder, file), "utf8").trim()}`;
}
