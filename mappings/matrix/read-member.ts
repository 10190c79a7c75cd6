/** m.room.member: who came, went or was made to, and how he is called now (client-server API, section 8.5). */
import type { Mapped, MappedEvent, PlatformUser } from "../mapping.ts";
import type { KnownMember, MatrixInbound } from "./context.ts";
import { type MatrixEvent, textAt } from "./event.ts";
import { isMxc } from "./mxc.ts";
import { shownName } from "./names.ts";
import { person } from "./people.ts";
import { lost, mapped, nothing } from "./result.ts";
import { cleaned } from "./strings.ts";

const memberships = ["join", "leave", "invite", "ban", "knock"] as const;
type Membership = (typeof memberships)[number];

/** `target` is the state key: the member. */
export function readMember(event: MatrixEvent, target: string, context: MatrixInbound): MappedEvent {
  const now = memberOf(event.content);
  if (now === null || !target.startsWith("@")) return lost("event_unreadable", "m.room.member");
  const before = context.member(target) ?? (event.previous === null ? null : memberOf(event.previous));
  const was: Membership | null = before?.membership ?? null;
  const name = [now.name, before?.name, context.user(target)?.name].find(
    (one) => one !== undefined && one !== "",
  );
  const user: PlatformUser = { native: target, name: shownName(name, target) };
  const self = event.sender === target;
  const by = self ? null : person(event.sender, context);
  const { text: reason } = cleaned(textAt(event.content, "reason") ?? "");
  switch (now.membership) {
    case "join":
      return was === "join" && before !== null ? changed(user, before, now) : joined(user, now);
    case "invite":
      return was === "invite" ? nothing : mapped({ kind: "member", user, action: "invite", by, reason });
    case "knock":
      return was === "knock" ? nothing : mapped({ kind: "member", user, action: "knock", by: null, reason });
    case "ban":
      return was === "ban" ? nothing : mapped({ kind: "member", user, action: "ban", by, reason });
    case "leave":
      if (was === "leave") return nothing;
      if (self) return mapped({ kind: "member", user, action: "leave", by: null, reason });
      return mapped({ kind: "member", user, action: was === "ban" ? "unban" : "kick", by, reason });
  }
}

function joined(user: PlatformUser, now: KnownMember): MappedEvent {
  const join: Mapped = { kind: "member", user, action: "join", by: null, reason: "" };
  if (now.avatar === "") return mapped(join);
  return { events: [join, { kind: "profile", user, avatar: now.avatar }], losses: [] };
}

function changed(user: PlatformUser, before: KnownMember, now: KnownMember): MappedEvent {
  if (now.name === before.name && now.avatar === before.avatar) return nothing;
  // A name that was taken away is not the former one.
  const named = { native: user.native, name: shownName(now.name, user.native) };
  const avatar = now.avatar === before.avatar ? null : now.avatar;
  return mapped({ kind: "profile", user: named, avatar });
}

function memberOf(content: Readonly<Record<string, unknown>>): KnownMember | null {
  const membership = memberships.find((known) => known === content["membership"]);
  if (membership === undefined) return null;
  const avatar = textAt(content, "avatar_url") ?? "";
  return {
    membership,
    name: textAt(content, "displayname") ?? "",
    avatar: isMxc(avatar) ? avatar : "",
  };
}
