/** The state of rooms that has one value of its type (client-server API, section 11.4, GET /rooms/{roomId}/state/...). */
import { z } from "zod";
import type { NativeRoom } from "../../core/ids.ts";
import type { MatrixContent } from "../../mappings/matrix/calls.ts";
import { type MatrixApi, path } from "./api.ts";
import { isMissing } from "./refusal.ts";

const contentForm = z.record(z.string(), z.unknown());

/** The slash at the end stands for the empty state key. */
export const stateEventPath = (room: NativeRoom, type: string): string =>
  `${path("rooms", room, "state", type)}/`;

/** The content as it is now; empty where the room has none. Rejects with the library's errors. */
export async function stateEventNow(
  api: Pick<MatrixApi, "call">,
  room: NativeRoom,
  type: string,
): Promise<MatrixContent> {
  try {
    return contentForm.parse(await api.call({ method: "GET", path: stateEventPath(room, type) }));
  } catch (thrown) {
    if (isMissing(thrown)) return {};
    throw thrown;
  }
}
