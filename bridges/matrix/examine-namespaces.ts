/** A look at whom the gateway may be at the homeserver, for `mimi-gateway doctor`: its ghosts, and nobody else. */
import { z } from "zod";
import type { Finding } from "../../core/bridge/room.ts";
import type { NativeRoom } from "../../core/ids.ts";
import { type MatrixApi, path } from "./api.ts";
import type { MatrixConfig } from "./config.ts";
import { REGISTER_AGAIN } from "./examine-reach.ts";
import type { OwnUsers } from "./names.ts";
import { asGatewayFault, isForbidden, refusalOf } from "./refusal.ts";

/** Rooms in which somebody is looked for. */
const MOST_ROOMS = 5;

const membersForm = z.object({ joined: z.record(z.string(), z.unknown()) });

export interface ExamineNamespacesOptions {
  readonly api: Pick<MatrixApi, "call">;
  readonly config: Pick<MatrixConfig, "serverName">;
  readonly own: OwnUsers;
  /** Linked ones. */
  readonly rooms: readonly NativeRoom[];
}

/** Tries it with a ghost and with a person of the linked rooms; never rejects. */
export async function examineNamespaces(options: ExamineNamespacesOptions): Promise<Finding> {
  const check = "namespaces";
  try {
    const { ghost, person } = await someoneIn(options);
    if (ghost !== null && !(await mayBe(options.api, ghost)))
      return {
        check,
        state: "fault",
        detail: `the registration does not let the gateway speak as ${ghost}`,
        remedy: `user_prefix must be the one of the registration at the homeserver: set it to that, or ${REGISTER_AGAIN}`,
      };
    if (person !== null && (await mayBe(options.api, person)))
      return {
        check,
        state: "fault",
        detail: `the registration lets the gateway speak as ${person}, who is not one of its own`,
        remedy: REGISTER_AGAIN,
      };
    const tried = [
      ...(ghost === null ? [] : ["may speak as its own"]),
      ...(person === null ? [] : ["as nobody else"]),
    ];
    const detail =
      tried.length === 0
        ? "nobody is in a linked room to try them with"
        : `the gateway ${tried.join(", and ")}`;
    return { check, state: "ok", detail, remedy: null };
  } catch (thrown) {
    const detail = `they can't be tried: ${asGatewayFault(thrown, "joined_members").detail}`;
    return { check, state: "warning", detail, remedy: "see that the homeserver is up, and look again" };
  }
}

/** A ghost, and somebody of this homeserver who is none of the gateway's; null: nobody like that was found. */
async function someoneIn({ api, own, config, rooms }: ExamineNamespacesOptions) {
  let ghost: string | null = null;
  let person: string | null = null;
  for (const room of rooms.slice(0, MOST_ROOMS)) {
    const { joined } = await membersOf(api, room);
    const members = Object.keys(joined);
    ghost ??= members.find((one) => own.isGhost(one)) ?? null;
    person ??= members.find((one) => one.endsWith(`:${config.serverName}`) && !own.isOurs(one)) ?? null;
    if (ghost !== null && person !== null) break;
  }
  return { ghost, person };
}

/** Nobody where the gateway is not in the room: that is found elsewhere. */
async function membersOf(api: ExamineNamespacesOptions["api"], room: NativeRoom) {
  try {
    return membersForm.parse(await api.call({ method: "GET", path: path("rooms", room, "joined_members") }));
  } catch (thrown) {
    if (isForbidden(thrown)) return { joined: {} };
    throw thrown;
  }
}

/** Whether the homeserver takes the gateway for this user (application service API, Identity assertion). */
async function mayBe(api: ExamineNamespacesOptions["api"], user: string): Promise<boolean> {
  try {
    await api.call({ method: "GET", path: path("account", "whoami"), as: user });
    return true;
  } catch (thrown) {
    if (refusalOf(thrown) === "M_FORBIDDEN" || refusalOf(thrown) === "M_EXCLUSIVE") return false;
    throw thrown;
  }
}
