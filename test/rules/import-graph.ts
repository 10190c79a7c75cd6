/** Which file of a project imports what, and what of it is against the house rules. */
import { readFileSync, readdirSync } from "node:fs";
import { dirname, join, normalize, relative } from "node:path";

/** Files, with what their import statements name: other files by path from the root, packages as they are. */
export type ImportGraph = ReadonlyMap<string, readonly string[]>;

const STATEMENT = /^\s*(?:import|export)\b(?:[^"';]*?\bfrom)?\s*"([^"]+)"/gm;
const CALL = /\bimport\(\s*(?:\/\*.*?\*\/\s*)?["'`]([^"'`]+)["'`]/g;

/** What a file's text imports, types and dynamic imports included, in no particular order. */
export function importsOf(file: string, text: string): string[] {
  const named = [...text.matchAll(STATEMENT), ...text.matchAll(CALL)].map(([, name = ""]) => name);
  return named.map((name) => (name.startsWith(".") ? normalize(join(dirname(file), name)) : name));
}

/** The graph of all TypeScript files in these folders of the root. */
export function readImportGraph(root: string, folders: readonly string[]): ImportGraph {
  const files = folders.flatMap((folder) =>
    readdirSync(join(root, folder), { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile() && entry.name.endsWith(".ts"))
      .map((entry) => relative(root, join(entry.parentPath, entry.name))),
  );
  return new Map(files.map((file) => [file, importsOf(file, readFileSync(join(root, file), "utf8"))]));
}

/** Imports against the direction bridges -> core -> mappings, one line each. */
export function wrongImports(graph: ImportGraph): string[] {
  return [...graph].flatMap(([file, names]) => {
    const refused = names.filter((name) => !mayImport(file, name)).map((name) => `${file} imports ${name}`);
    const bridges = new Set(names.map(bridgeOf).filter((bridge) => bridge !== null));
    const many = bridges.size > 1 && file !== "bridges/main.ts" && isProgram(file);
    return many ? [...refused, `${file} names several bridges: ${[...bridges].join(", ")}`] : refused;
  });
}

/** Each cycle once, as "a -> b -> a". */
export function importCycles(graph: ImportGraph): string[] {
  const cycles: string[] = [];
  const done = new Set<string>();
  const visit = (file: string, path: readonly string[]): void => {
    const start = path.indexOf(file);
    if (start !== -1) cycles.push([...path.slice(start), file].join(" -> "));
    if (start !== -1 || done.has(file)) return;
    for (const name of graph.get(file) ?? []) visit(name, [...path, file]);
    done.add(file);
  };
  for (const file of graph.keys()) visit(file, []);
  return cycles;
}

function mayImport(file: string, name: string): boolean {
  const folder = topFolder(file);
  if (folder === "mappings") {
    return name.startsWith("node:")
      ? name === "node:crypto"
      : !isProgram(name) || topFolder(name) === "mappings";
  }
  if (folder === "core") return !["bridges", "deploy", "test"].includes(topFolder(name));
  if (folder === "bridges") {
    if (["deploy", "test"].includes(topFolder(name))) return false;
    const other = bridgeOf(name);
    return file === "bridges/main.ts" || other === null || other === bridgeOf(file);
  }
  return folder !== "deploy" || topFolder(name) !== "test";
}

function topFolder(name: string): string {
  return name.split("/")[0] ?? "";
}

/** Whether it is a file of ours that is no test; packages are not. */
function isProgram(name: string): boolean {
  return ["bridges", "core", "deploy", "mappings"].includes(topFolder(name)) && name.endsWith(".ts");
}

/** The platform whose bridge the file belongs to, or null. */
function bridgeOf(name: string): string | null {
  return /^bridges\/([^/]+)\//.exec(name)?.[1] ?? null;
}
