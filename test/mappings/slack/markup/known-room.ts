/** A workspace in which one user, one channel and one picture are known, for tests of Slack's markup. */
import type { MarkupWriter } from "../../../../mappings/markup/context.ts";
import type { SlackReader } from "../../../../mappings/slack/markup/context.ts";
import { groupUri, parseProviderDomain, userUri } from "../../../../mappings/ids.ts";

const provider = parseProviderDomain("gw.example");
if (provider === null) throw new Error("not a domain");

export const al = userUri(provider, "slack-t1-u123");
/** Not of Slack. */
export const bo = userUri(provider, "matrix-bo");
/** An app of the workspace. */
export const robot = userUri(provider, "slack-t1-b9");
export const general = groupUri(provider, "general");
/** Not linked to a channel. */
export const elsewhere = groupUri(provider, "elsewhere");
export const picture = "https://emoji.example/party.png";

export const reader: SlackReader = {
  user: (native) => (native === "U123" ? { uri: al, name: "Al" } : null),
  room: (native) => (native === "C1" ? { uri: general, name: "general" } : null),
  emoji: (name) => (name === "party" ? picture : null),
  usergroup: (id) => (id === "S1" ? "ops" : null),
};

export function writer(broadcasts: boolean): MarkupWriter {
  return {
    broadcasts,
    user: (uri) => {
      if (uri === robot) return { native: "B9", name: "Robot" };
      return uri === al ? { native: "U123", name: "Al" } : { native: null, name: "Bo" };
    },
    room: (uri) => (uri === general ? { native: "C1", name: "general" } : null),
    emoji: (name) => (name === "party" ? "party" : null),
  };
}
