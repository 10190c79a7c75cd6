/** MUSTs that nobody can tell of by asking a gateway from outside, and why. */
import type { Label } from "./musts.ts";

const TIME = "shows over days only";
const INSIDE = "shows inside of the gateway alone";
const THIRD = "needs a third gateway, with a domain of its own";
const ROOM = "shows in the rooms alone";
const OPERATOR = "needs its operator to do something meanwhile";
const CHANCE = "needs a state that cannot be brought about from outside";

export const unseen: Readonly<Partial<Record<Label, string>>> = {
  "wk-base": "needs a well-known that changes, which may be read once a minute only",
  "wk-guard": THIRD,
  kid: "needs a well-known that changes, which may be read once a minute only",
  rotation: TIME,
  "old-keys": TIME,
  "host-lost": TIME,
  "sig-refetch": "needs a well-known that changes, which may be read once a minute only",
  "proof-dead": THIRD,
  "proof-lookup": THIRD,
  "erase-done": INSIDE,
  "cursor-gone": CHANCE,
  "cursor-rev": OPERATOR,
  "sync-share": CHANCE,
  "sync-problem-again": "needs a minute of watching",
  "members-merge": INSIDE,
  "sub-withdraw": INSIDE,
  "sub-tell": ROOM,
  "post-one": CHANCE,
  "verdict-unknown": ROOM,
  "code-kid": OPERATOR,
  "code-kept": INSIDE,
  "redeem-blocked": OPERATOR,
  "invite-readable": OPERATOR,
  "invite-answer": OPERATOR,
  "knock-rate": ROOM,
  "media-known": THIRD,
  "media-signed": CHANCE,
  "media-limit": INSIDE,
  "media-erase": CHANCE,
  "history-left": CHANCE,
  "history-kept": TIME,
  "history-told": ROOM,
  "role-guest": INSIDE,
  "role-narrow": ROOM,
  restart: OPERATOR,
  timeout: "needs minutes of watching",
  drain: OPERATOR,
};
