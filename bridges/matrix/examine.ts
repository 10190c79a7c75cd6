/** A look at an account from all sides, for `mimi-gateway doctor`. */
import type { Finding } from "../../core/bridge/room.ts";
import { examineNamespaces, type ExamineNamespacesOptions } from "./examine-namespaces.ts";
import { examineReach, type ExamineReachOptions } from "./examine-reach.ts";
import { examineRooms, type ExamineRoomsOptions } from "./examine-rooms.ts";
import { examineServer, type ExamineServerOptions } from "./examine-server.ts";

export type ExamineOptions = ExamineServerOptions &
  ExamineReachOptions &
  ExamineNamespacesOptions &
  ExamineRoomsOptions;

/** Asks the homeserver; changes nothing there, and never rejects. */
export async function examine(options: ExamineOptions): Promise<readonly Finding[]> {
  const [server, reach, namespaces, rooms] = await Promise.all([
    examineServer(options),
    examineReach(options),
    examineNamespaces(options),
    examineRooms(options),
  ]);
  return [...server, reach, namespaces, ...rooms];
}
