/** Addresses to everybody as words: in mimi-content an extension says that the first such word is meant so. */
import { tidyRuns } from "../markup/flat-builder.ts";
import type { FlatText, Run } from "../markup/flat.ts";
import { BROADCAST_WORD } from "../markup/markdown/broadcast.ts";
import { mapRuns } from "./traits.ts";

export function broadcastsToWords(text: FlatText): FlatText {
  return mapRuns(text, (runs) =>
    runs.some(({ kind }) => kind === "broadcast") ? tidyRuns(runs.map(broadcastToWord)) : runs,
  );
}

function broadcastToWord(run: Run): Run {
  if (run.kind !== "broadcast") return run;
  return { kind: "text", text: BROADCAST_WORD, marks: run.marks, link: null };
}
