/** Which Python runs the peer: one with the two packages that it needs. */
import assert from "node:assert/strict";
import { spawn, spawnSync } from "node:child_process";
import { join } from "node:path";

/** Debian's own first: one that was installed beside it does not see Debian's packages. */
const CANDIDATES = ["/usr/bin/python3", "python3"];
const MODULES = ["cryptography", "cbor2"];

/** The program; an error that says what to install where there is none. */
export function findPython(): string {
  const found = CANDIDATES.find(
    (program) => spawnSync(program, ["-c", `import ${MODULES.join(", ")}`], { stdio: "ignore" }).status === 0,
  );
  assert.ok(
    found,
    "no Python 3 with the packages of the peer; on Debian: apt-get install python3 python3-cryptography python3-cbor2",
  );
  return found;
}

/** Runs a program of this folder to its end. Rejects with what it printed where it fails or takes longer. */
export async function runPython(file: string, seconds: number): Promise<string> {
  const child = spawn(findPython(), ["-B", join(import.meta.dirname, file)], {
    stdio: ["ignore", "pipe", "pipe"],
    timeout: seconds * 1000,
  });
  let printed = "";
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding("utf8").on("data", (text: string) => {
      printed += text;
    });
  }
  const code = await new Promise<number | null>((resolve, reject) => {
    child.on("error", reject).on("close", resolve);
  });
  assert.equal(code, 0, printed);
  return printed;
}
