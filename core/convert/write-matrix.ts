/** Events (and what else is to be told to a homeserver) for an event. */
import type { UserUri } from "../../mappings/ids.ts";
import type { Loss } from "../../mappings/loss.ts";
import type { Outgoing } from "../../mappings/mapping.ts";
import { type MatrixCall, withAddress } from "../../mappings/matrix/calls.ts";
import { fromMimi } from "../../mappings/matrix/from-mimi.ts";
import type { ContextFile } from "./context-file.ts";
import type { Reading } from "./reading.ts";
import { hashOf, STAND_IN_HOST } from "./stand-ins.ts";
import { targetKnowledge } from "./target-knowledge.ts";

/** Every remote user has a stand-in on the homeserver. */
const ghost = (uri: UserUri): string => `@_stand-in_${uri.slice(uri.lastIndexOf("/") + 1)}:${STAND_IN_HOST}`;

export function writeMatrix(
  event: Outgoing,
  reading: Reading,
  file: ContextFile,
  standing: readonly string[],
): { readonly native: readonly unknown[]; readonly losses: readonly Loss[] } {
  const knowledge = targetKnowledge(
    event,
    reading,
    file,
    { prefix: "$", hasAux: false, ghost, copy },
    standing,
  );
  const { calls, losses } = fromMimi(
    event,
    {
      broadcasts: false,
      redact: true,
      properties: ["name", "topic", "avatar", "moderated", "read-only", "pins"],
      moderate: true,
      mirrorModeration: true,
      roles: true,
      polls: true,
      receipts: true,
      typing: true,
      presence: true,
    },
    {
      ...knowledge,
      mark: {},
      isRemote: (uri) => knowledge.user(uri).native === ghost(uri),
      powerLevels: null,
      pinned: [],
    },
  );
  return { native: calls.map(plain), losses };
}

/** What is in the homeserver's media store stays; anything else would be uploaded. */
function copy(source: string): string {
  return source.startsWith("mxc://")
    ? source
    : `mxc://${STAND_IN_HOST}/${hashOf("media", source).slice(0, 16)}`;
}

/** `kind` is named where it is no event that is sent to the room. */
function plain(call: MatrixCall): unknown {
  const { kind } = call;
  switch (kind) {
    case "send":
      return { type: call.type, content: call.content };
    case "text-file":
      return { type: call.type, content: withAddress(call.content, copy(`text ${call.text}`)) };
    case "state":
      return { type: call.type, state_key: call.stateKey, content: call.content };
    case "redact": {
      const content = { redacts: call.eventId, ...(call.reason === "" ? {} : { reason: call.reason }) };
      return { kind, type: "m.room.redaction", content };
    }
    case "receipt":
      return { kind, type: "m.receipt", content: { event_id: call.eventId, thread_id: call.thread } };
    case "typing":
      return { kind, type: "m.typing", content: { typing: call.typing, timeout: call.timeout } };
    case "presence":
      return { kind, type: "m.presence", content: { presence: call.presence, status_msg: call.status } };
    case "profile": {
      const avatar = call.avatar === null ? {} : { avatar_url: call.avatar };
      return { kind, type: "m.room.member", content: { displayname: call.name, ...avatar } };
    }
    case "membership":
      return {
        kind,
        type: "m.room.member",
        state_key: call.user,
        content: { action: call.action, reason: call.reason },
      };
  }
}
