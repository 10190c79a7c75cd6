import { it } from "node:test";
import { join } from "node:path";
import { breakages } from "./broken-copies.ts";
import { copySource } from "./source-copy.ts";

const root = join(import.meta.dirname, "../..");

void it("what every broken copy breaks stands in the source", () => {
  for (const { changes } of breakages) copySource(root, changes).remove();
});
