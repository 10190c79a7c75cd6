/** Where a file stands in a channel: its sharing is no message with an answer of its own (files.info). */
import { z } from "zod";
import type { NativeRoom } from "../../core/ids.ts";
import type { Arguments } from "./api.ts";

const places = z.record(z.string(), z.array(z.object({ ts: z.string().optional() })));
const fileForm = z.object({
  id: z.string(),
  shares: z.object({ public: places.optional(), private: places.optional() }).optional(),
});
const infoForm = z.object({ file: fileForm });
const completedForm = z.object({ files: z.array(fileForm) });

/** The `ts` of the message that shares the first of the files, as files.completeUploadExternal answers; often nothing yet. */
export function sharedAs(answer: unknown, room: NativeRoom): string | null {
  const { data } = completedForm.safeParse(answer);
  for (const file of data?.files ?? []) {
    const ts = tsOf(file, room);
    if (ts !== null) return ts;
  }
  return null;
}

/** The same of one file, asked now; null: it is not shared there. */
export async function askShare(
  call: (method: string, args: Arguments) => Promise<unknown>,
  file: string,
  room: NativeRoom,
): Promise<string | null> {
  return tsOf(infoForm.parse(await call("files.info", { file })).file, room);
}

function tsOf({ shares }: z.infer<typeof fileForm>, room: NativeRoom): string | null {
  for (const kind of [shares?.public, shares?.private]) {
    const ts = kind?.[room]?.[0]?.ts;
    if (ts !== undefined) return ts;
  }
  return null;
}
