/** Copies of the product's source in which one thing is broken on purpose, to see that the test goes red. */
import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** Replaces this text, which must stand in the file exactly once. */
export interface Change {
  readonly file: string;
  readonly from: string;
  readonly to: string;
}

const COPIED = ["core", "bridges", "mappings", "package.json"];

/** A copy of the project's source with these changes. Throws where a change does not fit any more. */
export function copySource(
  root: string,
  changes: readonly Change[],
): { readonly root: string; remove(): void } {
  const copy = mkdtempSync(join(tmpdir(), "mimi-faults-source-"));
  const remove = (): void => rmSync(copy, { recursive: true, force: true });
  try {
    for (const name of COPIED) cpSync(join(root, name), join(copy, name), { recursive: true });
    symlinkSync(join(root, "node_modules"), join(copy, "node_modules"));
    for (const { file, from, to } of changes) {
      const path = join(copy, file);
      const parts = readFileSync(path, "utf8").split(from);
      if (parts.length !== 2)
        throw new Error(
          `${file} has ${parts.length - 1} times what is to be broken: ${JSON.stringify(from)}`,
        );
      writeFileSync(path, parts.join(to));
    }
    return { root: copy, remove };
  } catch (thrown) {
    remove();
    throw thrown;
  }
}
