/** What the tests of the published types share. */
import assert from "node:assert/strict";
import type { Stage } from "../stage.ts";
import { type Read, reads } from "./reads.ts";
import { missing } from "./shape.ts";

/** The answer without what the client adds, and with every field that the bridge reads. */
export async function answerTo(
  { client }: Pick<Stage, "client">,
  method: Read,
  given: Readonly<Record<string, unknown>> = {},
): Promise<Record<string, unknown>> {
  const { response_metadata: _, ...answer } = await client.apiCall(method, { ...given });
  assert.deepEqual(missing(answer, reads[method]), [], method);
  return answer;
}
