/** As a gateway that can't be reached: invitations come with the answers to `sync` (docs/mtp.md, Reading many groups). */
import { limits } from "../../limits.ts";
import { isAnswered } from "../../store/units/invitations.ts";
import { mayBeInvited } from "../../store/units/may-invite.ts";
import { invitationForm } from "../wire/invitation-form.ts";
import type { PeerLane } from "./sync-options.ts";

/** Whether the peer's invitations come with the answers to `sync`, since it can't ask us. */
export async function mayHearInvitations({ options, peer }: PeerLane): Promise<boolean> {
  const { unreachable, store, now } = options;
  return unreachable && (await store.read(mayBeInvited({ peer: peer.id, now: now() }))) !== null;
}

/** Keeps what an answer has brought. One that can't be read is left out; they come again until they have had their end. */
export async function takeInvitations({ options, peer }: PeerLane, given: readonly unknown[]): Promise<void> {
  const { store, now } = options;
  const at = now();
  for (const one of given) {
    const read = invitationForm(at).safeParse(one);
    if (!read.success || (await store.read(isAnswered(read.data)))) continue;
    await store.write("noteInvitation", { ...read.data, peer: peer.id, most: limits.askedKept, now: at });
  }
}
