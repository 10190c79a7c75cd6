import type { NativeUser, Translated } from "../../core/bridge/inbound.ts";
import type { People } from "./people.ts";

/** The same, with where the picture of whoever said it is. Asks nothing where he was just looked up. */
export async function withAvatar(event: Translated, people: Pick<People, "find">): Promise<Translated> {
  if (event.kind === "reply" || event.sender === null) return event;
  return { ...event, sender: await avatarOf(event.sender, people) };
}

async function avatarOf(user: NativeUser, people: Pick<People, "find">): Promise<NativeUser> {
  if (!/^[UWB]/.test(user.native) || user.native === "USLACKBOT") return user;
  const person = await people.find(user.native);
  // Nothing is known of people of other workspaces, which is not to say that they have no picture.
  return person === null ? user : { ...user, avatar: person.avatar };
}
