import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { it } from "node:test";
import { z } from "zod";

const Dependencies = z.record(z.string(), z.string()).default({});
const LockFile = z.object({
  packages: z.record(
    z.string(),
    z.object({ dependencies: Dependencies, optionalDependencies: Dependencies }),
  ),
});

/** Where Node looks for what a package requires: beside it, then in each folder above. */
function placesOf(path: string, name: string): string[] {
  const places: string[] = [];
  for (let at = path; ; at = at.slice(0, Math.max(0, at.lastIndexOf("node_modules/") - 1))) {
    places.push(at === "" ? `node_modules/${name}` : `${at}/node_modules/${name}`);
    if (at === "") return places;
  }
}

// npm writes a lock file without the packages of other platforms where the registry does not have them (yet),
// says nothing, and newer releases of npm then refuse to install from it.
void it("the lock file has every package that another one names, also those for other platforms", () => {
  const text = readFileSync(join(import.meta.dirname, "../../package-lock.json"), "utf8");
  const { packages } = LockFile.parse(JSON.parse(text));
  const missing = Object.entries(packages).flatMap(([path, entry]) =>
    Object.keys({ ...entry.dependencies, ...entry.optionalDependencies })
      .filter((name) => !placesOf(path, name).some((place) => place in packages))
      .map((name) => `${name}, for ${path}`),
  );
  assert.deepEqual(missing, []);
});
