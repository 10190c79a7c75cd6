/** What an operator does in groups of his own gateway, written into their logs. */
import { ContentError } from "../../mappings/content/content-error.ts";
import { noParticulars } from "../../mappings/events.ts";
import { type GroupUri, parseUserUri, type UserUri } from "../../mappings/ids.ts";
import { checkProperty } from "../../mappings/property-value.ts";
import { joinPolicies } from "../../mappings/room-policy/deed.ts";
import type { Milliseconds } from "../time.ts";
import { GatewayError } from "../errors.ts";
import type { GroupId } from "../ids.ts";
import type {
  DeedReport,
  GroupDeed,
  ModerationOperations,
  PolicyChange,
  PolicyReport,
} from "../moderation-operations.ts";
import type { Store } from "../store/store.ts";
import type { RoomsToWake } from "../store/units/carried-events.ts";
import { type GroupPolicy, historyText, parseHistory, policyOf } from "../store/units/group-policy.ts";
import { eventsByName, ownGroup, type OwnContent } from "../store/units/own-events.ts";
import { groupUriOf } from "./federation-names.ts";

export interface StoredModerationOptions {
  readonly store: Store;
  readonly now: () => Milliseconds;
  /** Told when the log of a group of ours has grown. */
  readonly grew: (group: GroupId, rooms: RoomsToWake) => void;
}

const ACTOR = "operator";

export class StoredModeration implements ModerationOperations {
  readonly #options: StoredModerationOptions;

  constructor(options: StoredModerationOptions) {
    this.#options = options;
  }

  async moderate(text: string, deed: GroupDeed): Promise<DeedReport> {
    const { store, now, grew } = this.#options;
    const uri = groupUriOf(text);
    const at = now();
    const says = await this.#saying(uri, deed, at);
    const act = `group ${deed.act}`;
    const input = { uri, says, at, actor: ACTOR, act, detail: detailOf(deed) };
    const { group, id, seq, rooms } = await store.write("writeOwnEvent", input);
    if (seq !== null) grew(group, rooms);
    return { uri, act: deed.act, seq, event: seq === null ? null : id };
  }

  async policy(text: string, { history, join }: PolicyChange): Promise<PolicyReport> {
    const { store, now } = this.#options;
    const uri = groupUriOf(text);
    const group = await store.read(ownGroup(uri));
    const before = await store.read(policyOf(group));
    if (!before) throw new GatewayError("group_unknown", `no group ${uri} is known here`);
    if (history === null && join === null) return reportOf(uri, before);
    const seen = history === null ? before.history : parseHistory(history);
    if (seen === null) throw new GatewayError("usage", `${history} is no history: none, days:N or all`);
    const coming = join === null ? before.join : joinPolicies.find((one) => one === join);
    if (coming === undefined)
      throw new GatewayError("usage", `${join} is no way to join: ${joinPolicies.join(", ")}`);
    const after = { ...before, history: seen, join: coming };
    await store.write("setGroupPolicy", { ...after, group, at: now(), actor: ACTOR });
    return reportOf(uri, after);
  }

  async #saying(uri: GroupUri, deed: GroupDeed, at: Milliseconds): Promise<OwnContent> {
    switch (deed.act) {
      case "kick":
      case "ban":
      case "unban": {
        const { user, act: change, reason } = deed;
        return { kind: "member", member: { ...noParticulars, user: personOf(user), change, reason } };
      }
      case "role": {
        const member = {
          ...noParticulars,
          user: personOf(deed.user),
          change: "role",
          role: deed.role,
        } as const;
        return { kind: "member", member };
      }
      case "mute":
      case "unmute": {
        const until = deed.act === "mute" && deed.forMs !== null ? at + deed.forMs : null;
        const moderation = { ...noParticulars, user: personOf(deed.user), act: deed.act, until };
        return { kind: "moderate", moderation };
      }
      case "set":
        return { kind: "property", property: propertyOf(deed.name, deed.value) };
      case "erase-user":
        return { kind: "erase", erasure: { of: "user", user: personOf(deed.user) } };
      case "erase-events": {
        const { store } = this.#options;
        const group = await store.read(ownGroup(uri));
        const ids = await store.read(eventsByName({ group, names: deed.events }));
        return { kind: "erase", erasure: { of: "events", ids } };
      }
    }
  }
}

const reportOf = (uri: GroupUri, { history, join, retentionDays }: GroupPolicy): PolicyReport => ({
  uri,
  history: historyText(history),
  join,
  retentionDays,
});

function detailOf(deed: GroupDeed): string {
  switch (deed.act) {
    case "kick":
    case "ban":
    case "unban":
      return deed.reason === "" ? deed.user : `${deed.user}: ${deed.reason}`;
    case "mute":
      return deed.forMs === null ? deed.user : `${deed.user} for ${deed.forMs} ms`;
    case "unmute":
    case "erase-user":
      return deed.user;
    case "role":
      return `${deed.user} has role ${deed.role}`;
    case "set":
      return `${deed.name} = ${deed.value}`;
    case "erase-events":
      return deed.events.join(" ");
  }
}

function personOf(text: string): UserUri {
  const user = parseUserUri(text);
  if (user !== null) return user;
  throw new GatewayError("usage", `${text} is no user; write mimi://PROVIDER/u/ID`);
}

/** Switches may be written as true and false. */
function propertyOf(name: string, text: string): ReturnType<typeof checkProperty> {
  const isSwitch = name === "isModerated" || name === "isReadOnly";
  try {
    return checkProperty(name, "", isSwitch && text === "false" ? "" : text);
  } catch (thrown) {
    if (!(thrown instanceof ContentError)) throw thrown;
    throw new GatewayError("usage", `${name} can't be ${JSON.stringify(text)}`, { cause: thrown });
  }
}
